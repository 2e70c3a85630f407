import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate authority of this test run, a server's and a client's pair signed by it. */
export class Certificates {
  readonly folder = mkdtempSync(join(tmpdir(), 'underspan-certs-'))

  constructor() {
    this.#openssl('req', '-x509', ...key('ca'), '-subj', '/CN=test authority', '-days', '2')
    this.#sign('server', 'subjectAltName=DNS:localhost,IP:127.0.0.1')
    this.#sign('client', 'extendedKeyUsage=clientAuth')
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name))
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #sign(name: string, extension: string): void {
    writeFileSync(this.path(`${name}.ext`), extension)
    this.#openssl('req', ...key(name), '-subj', `/CN=${name}`)
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2']
    this.#openssl(
      'x509',
      '-req',
      '-in',
      `${name}.pem`,
      ...authority,
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    )
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' })
  }
}

function key(name: string): string[] {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  return [...curve, '-keyout', `${name}.key`, '-out', `${name}.pem`]
}
