import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../base/errors.ts'
import { tryLock } from './native.ts'

/** The second is for containers whose /run cannot be written. */
const FOLDERS = ['/run/underspan', '/tmp/underspan']
const SUFFIX = '.lock'
/** Another agent that looks who is here holds the lock for a moment too. */
const TRIES = 5
const PAUSE_MS = 10
/** Behind the process id in the file of an agent that was asked to end. */
const ENDING = 'ending'
/** An agent that ends sends what is left for some seconds. */
const ENDING_MS = 15_000
const LOOK_MS = 50

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

  /** Waits while who holds the name is about to end: another version is to take its place. */
  static async freed(instance: string, folders: readonly string[] = FOLDERS): Promise<void> {
    const path = `${usableFolder(folders)}/${instance}${SUFFIX}`
    for (let waited = 0; waited < ENDING_MS && isEnding(path); waited += LOOK_MS)
      await sleep(LOOK_MS)
  }

  /** Fails when another agent holds the name. */
  static take(instance: string, folders: readonly string[] = FOLDERS): InstanceLock {
    const folder = usableFolder(folders)
    const file = `${instance}${SUFFIX}`
    for (let tries = 0; tries < TRIES; tries++) {
      const fd = openLock(`${folder}/${file}`)
      if (tryLock(fd) && isAt(fd, `${folder}/${file}`)) {
        ftruncateSync(fd)
        writeSync(fd, `${process.pid}\n`)
        return new InstanceLock(folder, file, fd)
      }
      closeSync(fd)
      pause()
    }
    const pid = readPid(`${folder}/${file}`)
    throw new StartupError(
      'ALREADY_RUNNING',
      `an agent named '${instance}' runs already${pid === 0 ? '' : ` (process ${pid})`}`,
      'Stop that one, or give this one a name of its own with --instance.',
    )
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

  /** From now on the name is worth waiting for. */
  ending(): void {
    ftruncateSync(this.#fd)
    writeSync(this.#fd, `${process.pid} ${ENDING}\n`, 0)
  }

  release(): void {
    remove(this.#fd, `${this.#folder}/${this.#file}`)
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

/** False too when it was killed while it ended. */
function isEnding(path: string): boolean {
  try {
    return readFileSync(path, 'latin1').trimEnd().endsWith(ENDING) && holder(path) !== 0
  } catch {
    return false // gone
  }
}

/** 0: nobody holds the lock; what one left that was killed goes. */
function holder(path: string): number {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW)
  } catch {
    return 0
  }
  const free = tryLock(fd)
  if (free) remove(fd, path)
  closeSync(fd)
  return free ? 0 : readPid(path)
}

/** Whether the file that was opened is still the one of this name: its holder may have removed it meanwhile. */
function isAt(fd: number, path: string): boolean {
  return fstatSync(fd).ino === statSync(path, { throwIfNoEntry: false })?.ino
}

/** With the lock held, so that nobody else's is meant. */
function remove(fd: number, path: string): void {
  try {
    if (isAt(fd, path)) unlinkSync(path)
  } catch {
    // a folder that cannot be written to any more: the file is no lock without its holder
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
}

function readPid(path: string): number {
  try {
    return Number.parseInt(readFileSync(path, 'latin1'), 10) || 0
  } catch {
    return 0
  }
}
