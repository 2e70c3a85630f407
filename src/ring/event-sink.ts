import type { MonotonicNs } from '../base/time.ts'
import type { EventMemory } from './event-memory.ts'

/** What takes the merged events, one after the other. */
export interface EventSink {
  /** `memory` is borrowed: valid until this returns. `at` is the byte of the event's header. */
  event(memory: EventMemory, at: number, time: MonotonicNs): void
  /** A ring was full: so many bursts are missing on one CPU after `time`, the event before them. */
  lost(bursts: number, time: MonotonicNs): void
  /** Everything up to `horizon` was handed over; what comes later is later. */
  drained(horizon: MonotonicNs): void
}
