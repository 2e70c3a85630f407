import type { ProcFiles } from './proc-files.ts'

const MAX_CONTAINERS = 256
const MAX_PASSWD = 1 << 18

/** Names of users, as the process's own /etc/passwd gives them. */
export class Users {
  readonly #files: ProcFiles
  /** By container id; '' is the host. */
  readonly #names = new Map<string, ReadonlyMap<number, string>>()

  constructor(files: ProcFiles) {
    this.#files = files
  }

  /** The name, or the number where it has none; '' for an unknown user (-1). */
  nameOf(uid: number, tgid: number, containerId: string): string {
    if (uid < 0) return ''
    const known = this.#names.get(containerId)?.get(uid)
    if (known !== undefined) return known
    const names = parsePasswd(this.#files.file(tgid, '/etc/passwd', MAX_PASSWD))
    if (names.size > 0) this.#remember(containerId, names)
    return names.get(uid) ?? String(uid)
  }

  #remember(containerId: string, names: ReadonlyMap<number, string>): void {
    if (this.#names.size >= MAX_CONTAINERS) this.#names.clear()
    this.#names.set(containerId, names)
  }
}

export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>()
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':')
    if (!name || !uid) continue
    if (!names.has(Number(uid))) names.set(Number(uid), name)
  }
  return names
}
