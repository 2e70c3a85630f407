import {
  closeSync,
  constants,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs'
import { StartupError } from '../base/errors.ts'
import { tryLock } from './native.ts'

/** The second is for containers whose /run cannot be written. */
const FOLDERS = ['/run/underspan', '/tmp/underspan']
const SUFFIX = '.lock'

/** This agent's name on this host, held until `release` or the end of the process, however it ends. */
export class InstanceLock {
  readonly #folder: string
  readonly #file: string
  readonly #fd: number

  private constructor(folder: string, file: string, fd: number) {
    this.#folder = folder
    this.#file = file
    this.#fd = fd
  }

  /** Fails when another agent holds the name. */
  static take(instance: string, folders: readonly string[] = FOLDERS): InstanceLock {
    const folder = usableFolder(folders)
    const file = `${instance}${SUFFIX}`
    const fd = openLock(`${folder}/${file}`)
    if (!tryLock(fd)) {
      const pid = readPid(`${folder}/${file}`)
      closeSync(fd)
      throw new StartupError(
        'ALREADY_RUNNING',
        `an agent named '${instance}' runs already${pid === 0 ? '' : ` (process ${pid})`}`,
        'Stop that one, or give this one a name of its own with --instance.',
      )
    }
    ftruncateSync(fd)
    writeSync(fd, `${process.pid}\n`)
    return new InstanceLock(folder, file, fd)
  }

  /** Process ids of the other agents that run now: each leaves out the others' sockets. */
  others(): number[] {
    const pids: number[] = []
    for (const name of readdirSync(this.#folder)) {
      if (name === this.#file || !name.endsWith(SUFFIX)) continue
      const pid = holder(`${this.#folder}/${name}`)
      if (pid !== 0) pids.push(pid)
    }
    return pids
  }

  release(): void {
    closeSync(this.#fd)
  }
}

function usableFolder(folders: readonly string[]): string {
  let why = ''
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      // A folder in /tmp may be anybody's: only one of our own is used.
      if (statSync(folder).uid === process.geteuid?.()) return folder
      why ||= `${folder} belongs to another user`
    } catch (error) {
      why ||= error instanceof Error ? error.message : String(error)
    }
  }
  throw new StartupError(
    'FILE_UNUSABLE',
    `no place for the lock: ${why}`,
    `Make ${folders[0]} writable.`,
  )
}

function openLock(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new StartupError(
      'FILE_UNUSABLE',
      `cannot open the lock: ${why}`,
      `Make ${path} writable.`,
    )
  }
}

/** 0: nobody holds the lock. */
function holder(path: string): number {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW)
  } catch {
    return 0
  }
  const free = tryLock(fd)
  closeSync(fd)
  return free ? 0 : readPid(path)
}

function readPid(path: string): number {
  try {
    return Number.parseInt(readFileSync(path, 'latin1'), 10) || 0
  } catch {
    return 0
  }
}
