import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'

const ROOT = '/sys/fs/cgroup'
/** What the process has stays where it was charged: the next pages that it needs are too many. */
const TOO_LITTLE = String(1 << 20)

/** A memory cgroup of its own, in the first version or the second. */
export class MemoryGroup {
  readonly #folder: string
  readonly #isFirst: boolean

  static isAvailable(): boolean {
    return isFirst() || isSecond()
  }

  constructor(pid: number) {
    this.#isFirst = isFirst()
    const root = this.#isFirst ? `${ROOT}/memory` : ROOT
    this.#folder = `${root}/underspan-faults-${process.pid}`
    mkdirSync(this.#folder)
    writeFileSync(`${this.#folder}/cgroup.procs`, String(pid))
  }

  runOut(): void {
    if (!this.#isFirst) writeFileSync(`${this.#folder}/memory.swap.max`, '0')
    const limit = this.#isFirst ? 'memory.limit_in_bytes' : 'memory.max'
    writeFileSync(`${this.#folder}/${limit}`, TOO_LITTLE)
  }

  /** How many processes the kernel ended for it. */
  killed(): number {
    const file = this.#isFirst ? 'memory.oom_control' : 'memory.events'
    const events = readFileSync(`${this.#folder}/${file}`, 'utf8')
    return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0)
  }

  /** Once it is empty. */
  remove(): void {
    rmdirSync(this.#folder)
  }
}

function isFirst(): boolean {
  return existsSync(`${ROOT}/memory/memory.limit_in_bytes`)
}

function isSecond(): boolean {
  const controllers = `${ROOT}/cgroup.subtree_control`
  return existsSync(controllers) && /\bmemory\b/.test(readFileSync(controllers, 'utf8'))
}
