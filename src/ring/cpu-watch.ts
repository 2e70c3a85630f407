import type { Drain } from './drain.ts'
import type { RingMemory } from './memory.ts'

/** Opens and closes the rings of single CPUs. */
export interface RingOpener {
  /** undefined: the CPU does not run. */
  open(cpu: number): RingMemory | undefined
  close(cpu: number): void
}

/**
 * Follows CPUs that come and go. A ring does not survive its CPU: the kernel takes the event away
 * (kernel/events/core.c, perf_event_exit_cpu), so a CPU that came back needs a new one.
 */
export class CpuWatch {
  readonly #drain: Drain
  readonly #rings: RingOpener
  readonly #online: () => readonly number[]
  readonly #open: Set<number>
  /** Gone, and their rings still hold events. */
  readonly #closing: Set<number>

  /** `open`: the CPUs whose rings the drain has already. `online` may be asked at any time. */
  constructor(
    drain: Drain,
    rings: RingOpener,
    open: readonly number[],
    online: () => readonly number[],
  ) {
    this.#drain = drain
    this.#rings = rings
    this.#online = online
    this.#open = new Set(open)
    this.#closing = new Set()
  }

  /** Some times a second: what is emitted on a CPU before its ring is open is lost, and counted. */
  look(): void {
    const online = new Set(this.#online())
    for (const cpu of this.#open) if (!online.has(cpu)) this.#close(cpu)
    // Gone and back between two looks.
    for (const cpu of this.#drain.takeDead()) if (this.#open.has(cpu)) this.#close(cpu)
    for (const cpu of online) {
      if (!this.#open.has(cpu) && !this.#closing.has(cpu)) this.#tryOpen(cpu)
    }
  }

  #close(cpu: number): void {
    this.#open.delete(cpu)
    this.#closing.add(cpu)
    this.#drain.close(cpu, () => {
      this.#rings.close(cpu)
      this.#closing.delete(cpu)
    })
  }

  #tryOpen(cpu: number): void {
    const memory = this.#rings.open(cpu)
    if (memory === undefined) return
    this.#open.add(cpu)
    this.#drain.open(memory)
  }
}
