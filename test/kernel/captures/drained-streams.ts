import { SystemClock } from '../../../src/base/system-clock.ts'
import { Dispatcher, type EventHandlers } from '../../../src/events/dispatch.ts'
import {
  type DataEvent,
  DataFlag,
  Direction,
  type SocketEvent,
  SocketRole,
} from '../../../src/events/layout.ts'
import { Kernel } from '../../../src/loader/kernel.ts'
import { Drain } from '../../../src/ring/drain.ts'
import { DrainLoop } from '../../../src/ring/drain-loop.ts'
import { Counters } from '../../../src/telemetry/counters.ts'
import { kernelOptions } from '../../support/kernel-options.ts'
import { mountTracefs } from '../../support/tracefs.ts'
import type { Family } from './captured-ways.ts'
import { CLIENT, SERVER } from './pattern.ts'

const NOT_MOVED = DataFlag.end | DataFlag.failed

/** One operation that moved bytes. */
export interface Operation {
  readonly position: number
  readonly length: number
  readonly captured: number
  readonly known: boolean
}

/** One direction of a connection as one end moved it. */
export interface Side {
  readonly serverPort: number
  readonly clientPort: number
  /** Who wrote the bytes. */
  readonly writer: number
  readonly operations: Operation[]
}

/** Gets each payload; it is borrowed. */
export type Judge = (side: Side, position: number, bytes: Uint8Array) => void

/** A kernel side and the reader that the agent has: sides of every TCP connection, judged as they come. */
export class DrainedStreams implements EventHandlers {
  readonly kernel: Kernel
  readonly counters = new Counters()
  readonly bugs: unknown[] = []
  /** Bursts that a ring reported missing. */
  lostBursts = 0
  /** Data events by direction * 3 + role. */
  readonly #seen = new Array<number>(6).fill(0)
  readonly #judge: Judge
  readonly #sides = new Map<number, readonly [Side, Side]>()
  readonly #loop: DrainLoop
  readonly #unmount: () => void

  constructor(hooks: Family, payloadLimit: number, judge: Judge) {
    this.#judge = judge
    this.#unmount = hooks === 'syscall' ? mountTracefs() : () => {}
    const clock = new SystemClock()
    this.kernel = new Kernel(
      kernelOptions({ hooks, agentStart: Number(clock.origin), payloadLimit }),
    )
    const drain = new Drain({
      rings: this.kernel.onlineCpus().map((cpu) => this.kernel.rings.open(cpu)!),
      bursts: this.kernel.bursts,
      flusher: this.kernel.flusher,
      sink: new Dispatcher(this, this.counters, (bug) => this.bugs.push(bug)),
      clock,
      start: clock.origin,
      counter: this.counters.transport,
    })
    this.#loop = new DrainLoop(drain, this.kernel.wake)
    this.#loop.start()
    this.kernel.attach()
  }

  /** Until everything emitted so far was handed over. */
  async stop(): Promise<void> {
    await this.#loop.stop()
  }

  async unload(): Promise<void> {
    await this.kernel.close()
    this.#unmount()
  }

  /** Data events of sockets with that role, those that tell of the end of a stream included. */
  seen(direction: number, role: number): number {
    return this.#seen[direction * 3 + role]!
  }

  /** Those of connections to a port: four of each connection, two at each end. */
  sides(serverPort: number): Side[] {
    return [...this.#sides.values()].flat().filter((side) => side.serverPort === serverPort)
  }

  socket(event: SocketEvent): void {
    if (this.#sides.has(event.socketId) || event.role === SocketRole.unknown) return
    const end = event.role === SocketRole.client ? CLIENT : SERVER
    const { localPort, remotePort } = event
    const [serverPort, clientPort] =
      end === CLIENT ? [remotePort, localPort] : [localPort, remotePort]
    const side = (writer: number): Side => ({ serverPort, clientPort, writer, operations: [] })
    this.#sides.set(event.socketId, [side(end), side(1 - end)])
  }

  data(event: DataEvent, _time: number, bytes: Uint8Array): void {
    this.#seen[event.direction * 3 + event.role]!++
    const sides = this.#sides.get(event.socketId)
    if (sides === undefined || (event.flags & NOT_MOVED) !== 0) return
    const { position, length, captured } = event
    const side = sides[event.direction === Direction.egress ? 0 : 1]
    const known = (event.flags & DataFlag.positionUnknown) === 0
    side.operations.push({ position, length, captured, known })
    this.#judge(side, position, bytes.subarray(event.payloadAt, event.payloadAt + captured))
  }

  close(): void {}
  exec(): void {}
  exit(): void {}
  tick(): void {}

  lost(bursts: number): void {
    this.lostBursts += bursts
  }
}
