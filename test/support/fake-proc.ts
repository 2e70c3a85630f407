import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A directory that looks like /proc to whoever reads it. */
export class FakeProc {
  readonly root = mkdtempSync(join(tmpdir(), 'proc-'))

  /** A process that has the usual files, each replaced by what is given. */
  start(tgid: number, given: Record<string, string> = {}): void {
    const { comm = 'python3', ticks = '1000', flags = '4194304', ...files } = given
    const tail = Array.from({ length: 30 }, () => '0')
    tail[0] = '1'
    const rest = `S 1 1 1 0 -1 ${flags} 0 0 0 0 0 0 0 0 20 0 1 0 ${ticks} ${tail.join(' ')}`
    this.write(tgid, 'stat', `${tgid} (${comm}) ${rest}\n`)
    this.write(tgid, 'status', `Name:\t${comm}\nUid:\t1000\t1000\t1000\t1000\n`)
    this.write(tgid, 'cgroup', '0::/user.slice/session-1.scope\n')
    this.write(tgid, 'root/etc/passwd', 'root:x:0:0::/:/bin/sh\nann:x:1000:1000::/:/bin/sh\n')
    this.thread(tgid, tgid, comm)
    for (const [name, text] of Object.entries(files)) this.write(tgid, name, text)
  }

  write(tgid: number, name: string, text: string): void {
    const path = join(this.root, String(tgid), name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }

  link(tgid: number, name: string, target: string): void {
    const path = join(this.root, String(tgid), name)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(target, path)
  }

  thread(tgid: number, tid: number, comm: string): void {
    this.write(tgid, `task/${tid}/comm`, `${comm}\n`)
  }

  end(tgid: number): void {
    rmSync(join(this.root, String(tgid)), { recursive: true, force: true })
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}
