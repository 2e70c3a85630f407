import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs'
import type { Bytes } from '../elf/bytes.ts'
import type { MappedPart } from './mapped-files.ts'

const NOTHING = new Uint8Array(0)

/** A FIFO or a device in a container must not be able to stop the agent. */
const SAFELY = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY

const LIMIT = 1 << 16

/**
 * What the kernel tells about processes. Never throws: what is gone or not permitted reads as
 * empty. Every read has a limit in bytes; text cut off there ends at the cut.
 */
export class ProcFiles {
  /** `/proc`; tests have their own. */
  readonly root: string
  #buffer = Buffer.alloc(LIMIT)

  constructor(root = '/proc') {
    this.root = root
  }

  text(tgid: number, name: string, limit = LIMIT): string {
    return this.#read(`${this.root}/${tgid}/${name}`, limit, false)
  }

  /** Parts that end with a zero byte each: `cmdline`, `environ`. */
  parts(tgid: number, name: string, limit = LIMIT): string[] {
    const text = this.text(tgid, name, limit)
    if (text === '') return []
    return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0')
  }

  link(tgid: number, name: string): string {
    try {
      return readlinkSync(`${this.root}/${tgid}/${name}`)
    } catch {
      return '' // gone, or another user's
    }
  }

  list(tgid: number, name: string): string[] {
    return this.#list(`${this.root}/${tgid}/${name}`)
  }

  /** All processes that run now. */
  tgids(): number[] {
    const tgids: number[] = []
    for (const name of this.#list(this.root)) {
      const c = name.charCodeAt(0)
      if (c >= 0x30 && c <= 0x39) tgids.push(Number(name))
    }
    return tgids
  }

  /** A regular file by the path under which the process itself would open it. */
  file(tgid: number, path: string, limit = LIMIT): string {
    return this.#read(`${this.root}/${tgid}/root${path}`, limit, true)
  }

  /** Names the program file itself, whatever its path; '' unreadable. */
  programIdentity(tgid: number): string {
    return identity(`${this.root}/${tgid}/exe`)
  }

  /** The same of a file that is mapped. */
  mappedIdentity(tgid: number, part: MappedPart): string {
    const found = identity(`${this.root}/${tgid}/map_files/${rangeOf(part)}`)
    return found || part.deleted ? found : identity(`${this.root}/${tgid}/root${part.path}`)
  }

  /** By which the agent opens a file that is mapped, whatever is at its path now. */
  mappedPath(tgid: number, part: MappedPart): string {
    return `${this.root}/${tgid}/map_files/${rangeOf(part)}`
  }

  /** Reads pieces of the program file while `use` runs. */
  withProgram<T>(tgid: number, use: (bytes: Bytes) => T): T | undefined {
    return withPieces(open(`${this.root}/${tgid}/exe`), use)
  }

  /** Reads pieces of a file that is mapped, even if another has taken its path since. */
  withMapped<T>(tgid: number, part: MappedPart, use: (bytes: Bytes) => T): T | undefined {
    const fd = open(`${this.root}/${tgid}/map_files/${rangeOf(part)}`)
    if (fd >= 0 || part.deleted) return withPieces(fd, use)
    return withPieces(open(`${this.root}/${tgid}/root${part.path}`), use)
  }

  /** Reads pieces of a process's memory, by address, while `use` runs. It goes on meanwhile. */
  withMemory<T>(tgid: number, use: (bytes: Bytes) => T): T | undefined {
    return withPieces(open(`${this.root}/${tgid}/mem`), use)
  }

  #list(path: string): string[] {
    try {
      return readdirSync(path)
    } catch {
      return [] // gone, or another user's
    }
  }

  /** Sizes in /proc are 0, so read until nothing comes. */
  #read(path: string, limit: number, regular: boolean): string {
    const fd = open(path)
    if (fd < 0) return ''
    try {
      if (regular && !fstatSync(fd).isFile()) return ''
      return this.#buffer.toString('utf8', 0, this.#fill(fd, limit))
    } catch {
      return '' // the process went away between open and read
    } finally {
      closeSync(fd)
    }
  }

  #fill(fd: number, limit: number): number {
    let length = 0
    while (length < limit) {
      const room = Math.min(limit, this.#buffer.length) - length
      const got = readSync(fd, this.#buffer, length, room, null)
      if (got === 0) break
      length += got
      if (length === this.#buffer.length) {
        this.#buffer = Buffer.concat([this.#buffer, Buffer.alloc(length)])
      }
    }
    return length
  }
}

function open(path: string): number {
  try {
    return openSync(path, SAFELY)
  } catch {
    return -1 // gone, or another user's
  }
}

function identity(path: string): string {
  try {
    const stat = statSync(path)
    return `${stat.dev}:${stat.ino}:${stat.mtimeMs}:${stat.size}`
  } catch {
    return '' // gone, or another user's
  }
}

function rangeOf({ start, end }: MappedPart): string {
  return `${start.toString(16)}-${end.toString(16)}`
}

function withPieces<T>(fd: number, use: (bytes: Bytes) => T): T | undefined {
  if (fd < 0) return undefined
  try {
    return use({ read: (at, length) => piece(fd, at, length) })
  } finally {
    closeSync(fd)
  }
}

function piece(fd: number, at: number, length: number): Uint8Array {
  if (!(length > 0)) return NOTHING
  const buffer = Buffer.alloc(length)
  try {
    return buffer.subarray(0, readSync(fd, buffer, 0, length, at))
  } catch {
    return NOTHING // an offset that no file can have, an address where nothing is
  }
}
