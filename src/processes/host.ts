import { readFileSync } from 'node:fs'
import { arch, hostname, release } from 'node:os'

/** What is known of this host. Plain data: it goes into recordings as it is. */
export interface Host {
  readonly name: string
  /** As in the OpenTelemetry attribute `host.arch`. */
  readonly arch: string
  /** /etc/machine-id; '' unreadable. */
  readonly id: string
  /** e.g. `12`, as in the distribution's VERSION_ID. */
  readonly osVersion: string
  /** e.g. `Debian GNU/Linux`. */
  readonly osName: string
  /** e.g. `6.1.0-18-amd64`. */
  readonly kernel: string
}

const ARCHITECTURES: { readonly [node: string]: string } = {
  x64: 'amd64',
  arm: 'arm32',
  ia32: 'x86',
}

/** `root` is put before each path; tests have their own. */
export function readHost(root = ''): Host {
  const distribution = read(`${root}/etc/os-release`) || read(`${root}/usr/lib/os-release`)
  return {
    name: hostname(),
    arch: ARCHITECTURES[arch()] ?? arch(),
    id: (read(`${root}/etc/machine-id`) || read(`${root}/var/lib/dbus/machine-id`)).trim(),
    osVersion: field(distribution, 'VERSION_ID'),
    osName: field(distribution, 'NAME'),
    kernel: release(),
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // not every distribution has it
  }
}

function field(text: string, name: string): string {
  const value = new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? ''
  return value.replace(/^(["'])(.*)\1$/, '$2')
}
