import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import {
  type DataEvent,
  DataFlag,
  Direction,
  type SocketEvent,
} from '../../../src/events/layout.ts'
import { Kernel } from '../../../src/loader/kernel.ts'
import type { KernelStats } from '../../../src/loader/maps.ts'
import { CollectedEvents, payload } from '../../loader/collected-events.ts'
import { compiledC } from '../../support/compiled.ts'
import { kernelOptions } from '../../support/kernel-options.ts'
import { Program } from '../../support/system/program.ts'
import { mountTracefs } from '../../support/tracefs.ts'
import { hookOnly } from './hook-only.ts'
import { CLIENT, Pattern, SERVER } from './pattern.ts'
import { type Stretch, tile } from './stretches.ts'

export type Family = 'socket' | 'syscall'

/** Bytes copied of one operation. */
export const LIMIT = 4096
/** What is copied of an operation that is cut off as the sixteen before it were (bpf/include/handle.h). */
const RUN_HEAD = 256

/** An operation was captured up to the limit, or is one of many in bulk. */
export function isCaptured({ length, captured }: { length: number; captured: number }): boolean {
  return captured === Math.min(length, LIMIT) || (length > LIMIT && captured === RUN_HEAD)
}
const PROGRAMS = join(import.meta.dirname, 'programs')
/** As in programs/streams.h. */
const FIRST_PORT = 20_000
const LAST_PORT = 29_999
/** Of one program, ms. */
const TIME_LIMIT = 60_000
const NOT_MOVED = DataFlag.end | DataFlag.failed

/** One connection of one of the programs, as the program reported it. */
interface Way {
  readonly number: number
  readonly inodes: readonly [number, number]
  readonly written: readonly [number, number]
}

/** What a kernel side with one family of hooks sees of the C programs beside this file. */
export class CapturedWays {
  readonly hooks: Family
  readonly folder = mkdtempSync(join(tmpdir(), 'underspan-captures-'))
  readonly pattern = new Pattern()
  readonly events: CollectedEvents
  readonly kernel: Kernel
  readonly #unmount: () => void
  readonly #ways = new Map<string, Way>()
  /** By inode, and by socket id. */
  #sockets = new Map<number, SocketEvent[]>()
  #operations = new Map<number, DataEvent[]>()

  constructor(hooks: Family, attached = true) {
    this.hooks = hooks
    this.#unmount = hooks === 'syscall' ? mountTracefs() : () => {}
    this.pattern.save(join(this.folder, 'pattern'))
    this.kernel = new Kernel(kernelOptions({ hooks, payloadLimit: LIMIT }))
    hookOnly(this.kernel, FIRST_PORT, LAST_PORT)
    this.events = new CollectedEvents(this.kernel)
    if (attached) this.kernel.attach()
  }

  async close(): Promise<void> {
    await this.kernel.close()
    this.#unmount()
    rmSync(this.folder, { recursive: true })
  }

  /**
   * Runs a program; `meanwhile` is what happens until it ends. Events are collected
   * all the time: the rings hold those of the whole host.
   */
  async run(
    name: string,
    meanwhile: (program: Program) => Promise<void> = async () => {},
  ): Promise<void> {
    const binary = compiledC(join(PROGRAMS, `${name}.c`))
    const timer = setInterval(() => this.events.collect(), 20)
    const program = new Program([binary, join(this.folder, 'pattern'), this.folder])
    const limit = setTimeout(() => program.kill('SIGKILL'), TIME_LIMIT)
    try {
      await meanwhile(program)
      if ((await program.ended) !== 0) throw new Error(program.describe())
    } finally {
      clearInterval(timer)
      clearTimeout(limit)
      await program.stop('SIGKILL')
    }
    this.events.collect()
    const { stdout } = program
    for (const line of stdout.trim().split('\n')) this.#note(line)
    // A socket is described again when a description was lost.
    const once = new Map(this.events.sockets.map((socket) => [socket.socketId, socket]))
    this.#sockets = groupBy([...once.values()], (socket) => socket.inode)
    this.#operations = groupBy(this.events.data, (event) => event.socketId)
  }

  #note(line: string): void {
    const [name, ...numbers] = line.split(' ')
    const [number, client, server, fromClient, fromServer] = numbers.map(Number)
    this.#ways.set(name!, {
      number: number!,
      inodes: [client!, server!],
      written: [fromClient!, fromServer!],
    })
  }

  names(): string[] {
    return [...this.#ways.keys()]
  }

  has(name: string): boolean {
    return this.#ways.has(name)
  }

  written(name: string, end: number): number {
    return this.#way(name).written[end]!
  }

  /** What was said of that end, which is one socket unless one inode had several connections. */
  sockets(name: string, end: number): SocketEvent[] {
    return this.#sockets.get(this.#way(name).inodes[end]!) ?? []
  }

  /** Operations of that end in one direction, in order of time. */
  operations(name: string, end: number, direction: number): DataEvent[] {
    return this.sockets(name, end)
      .flatMap(({ socketId }) => this.#operations.get(socketId) ?? [])
      .filter((event) => event.direction === direction)
  }

  /** Those that moved bytes. */
  moved(name: string, end: number, direction: number): DataEvent[] {
    return this.operations(name, end, direction).filter((one) => (one.flags & NOT_MOVED) === 0)
  }

  sent(name: string, end = CLIENT): DataEvent[] {
    return this.moved(name, end, Direction.egress)
  }

  received(name: string, end = SERVER): DataEvent[] {
    return this.moved(name, end, Direction.ingress)
  }

  /** The bytes of an operation are those that the writer put there. */
  expectRightBytes(name: string, event: DataEvent, end: number): void {
    const writer = event.direction === Direction.egress ? end : 1 - end
    const bytes = payload(event)
    const truth = this.pattern.at(this.#way(name).number, writer, event.position, bytes.length)
    const where = `${name}, end ${end}: ${bytes.length} bytes at ${event.position}`
    expect(bytes.equals(truth), where).toBe(true)
  }

  /** Of datagrams, which have no place: each goes on where the one before it ended. Returns their bytes. */
  expectInTurn(name: string, events: readonly DataEvent[], end: number): number {
    let position = 0
    for (const event of events) {
      const writer = event.direction === Direction.egress ? end : 1 - end
      const bytes = payload(event)
      const truth = this.pattern.at(this.#way(name).number, writer, position, bytes.length)
      expect(bytes.equals(truth), `${name}, end ${end}: ${bytes.length} bytes`).toBe(true)
      position += event.length
    }
    return position
  }

  /** Of both ends: no byte is wrong, no place is claimed twice, or behind the end of the stream. */
  expectRight(name: string): void {
    for (const end of [CLIENT, SERVER]) {
      for (const direction of [Direction.egress, Direction.ingress]) {
        const seen = this.#placed(name, end, direction)
        for (const event of seen) this.expectRightBytes(name, event, end)
        expect(this.#tiling(name, end, direction).overlaps, `${name}, end ${end}`).toEqual([])
      }
    }
  }

  /** The same, and at both ends every byte has its place. */
  expectWhole(name: string): void {
    this.expectRight(name)
    for (const end of [CLIENT, SERVER]) {
      for (const direction of [Direction.egress, Direction.ingress]) {
        expect(this.gaps(name, end, direction), `${name}, end ${end}`).toEqual([])
      }
    }
  }

  /** What the operations with a known place leave open. */
  gaps(name: string, end: number, direction: number): readonly Stretch[] {
    return this.#tiling(name, end, direction).gaps
  }

  /** Every operation of both ends was captured up to the limit. */
  expectCaptured(name: string): void {
    for (const event of this.all(name)) expect(isCaptured(event), name).toBe(true)
  }

  /** Operations of both ends that moved bytes. */
  all(name: string): DataEvent[] {
    return [CLIENT, SERVER].flatMap((end) => [...this.sent(name, end), ...this.received(name, end)])
  }

  /** Nothing was captured of these, for one of these reasons. */
  expectNothing(events: readonly DataEvent[], ...reasons: readonly number[]): void {
    for (const event of events) {
      expect(event.captured).toBe(0)
      expect(reasons).toContain(event.uncaptured)
    }
  }

  /** Runs `collect` between two looks at the counters, which go on growing with what others do. */
  countedAround(): { before: KernelStats; after: KernelStats } {
    const before = this.kernel.stats.read()
    this.events.collect()
    return { before, after: this.kernel.stats.read() }
  }

  #placed(name: string, end: number, direction: number): DataEvent[] {
    return this.moved(name, end, direction).filter(
      (event) => (event.flags & DataFlag.positionUnknown) === 0,
    )
  }

  #tiling(name: string, end: number, direction: number) {
    const writer = direction === Direction.egress ? end : 1 - end
    const stretches = this.#placed(name, end, direction).map(
      (event): Stretch => [event.position, event.position + event.length],
    )
    return tile(stretches, this.written(name, writer))
  }

  #way(name: string): Way {
    const way = this.#ways.get(name)
    if (way === undefined) throw new Error(`no way ${name}`)
    return way
  }
}

function groupBy<T>(all: readonly T[], key: (one: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>()
  for (const one of all) {
    const group = groups.get(key(one))
    if (group === undefined) groups.set(key(one), [one])
    else group.push(one)
  }
  return groups
}
