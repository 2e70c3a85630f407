import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'

const ROOT = '/sys/fs/cgroup'
/** Less than any agent has: the kernel ends it when the limit is set. */
const TOO_LITTLE = '10M'

/** A memory cgroup of its own, if this host has the second version of them. */
export class MemoryGroup {
  readonly #folder = `${ROOT}/underspan-faults-${process.pid}`

  static isAvailable(): boolean {
    const controllers = `${ROOT}/cgroup.subtree_control`
    return existsSync(controllers) && /\bmemory\b/.test(readFileSync(controllers, 'utf8'))
  }

  constructor(pid: number) {
    mkdirSync(this.#folder)
    writeFileSync(`${this.#folder}/cgroup.procs`, String(pid))
  }

  runOut(): void {
    writeFileSync(`${this.#folder}/memory.swap.max`, '0')
    writeFileSync(`${this.#folder}/memory.max`, TOO_LITTLE)
  }

  /** How many processes the kernel ended for it. */
  killed(): number {
    const events = readFileSync(`${this.#folder}/memory.events`, 'utf8')
    return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0)
  }

  /** Once it is empty. */
  remove(): void {
    rmdirSync(this.#folder)
  }
}
