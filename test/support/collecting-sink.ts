import type { MonotonicNs } from '../../src/base/time.ts'
import type { EventMemory } from '../../src/ring/event-memory.ts'
import type { EventSink } from '../../src/ring/event-sink.ts'

export interface Collected {
  readonly time: number
  readonly kind: number
  readonly cpu: number
  /** All of the event, header included. */
  readonly bytes: Uint8Array
}

/** Keeps copies of what it was given. */
export class CollectingSink implements EventSink {
  readonly events: Collected[] = []
  readonly losses: { bursts: number; time: number }[] = []
  readonly horizons: number[] = []

  event(memory: EventMemory, at: number, time: MonotonicNs): void {
    const size = memory.view.getUint32(at, true)
    this.events.push({
      time,
      kind: memory.view.getUint8(at + 4),
      cpu: memory.view.getUint16(at + 6, true),
      bytes: memory.bytes.slice(at, at + size),
    })
  }

  lost(bursts: number, time: MonotonicNs): void {
    this.losses.push({ bursts, time })
  }

  drained(horizon: MonotonicNs): void {
    this.horizons.push(horizon)
  }

  get times(): number[] {
    return this.events.map((event) => event.time)
  }
}
