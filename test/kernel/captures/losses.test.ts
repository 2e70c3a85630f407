import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Direction, SocketRole } from '../../../src/events/layout.ts'
import { LostReason, LostWhat } from '../../../src/loader/layout.ts'
import { compiledC } from '../../support/compiled.ts'
import { Program } from '../../support/system/program.ts'
import { DrainedStreams } from './drained-streams.ts'
import { hookOnly } from './hook-only.ts'
import { Pattern } from './pattern.ts'

/** No other program gets such ports from the kernel; the load has a network of its own. */
const FIRST_PORT = 21_000
const CONNECTIONS = 8
const REQUESTS = 8000 // on each connection
/** How long the reader stands still at a time, while the rings run over. */
const STALL_MS = 500

const KINDS = [
  ['requests sent by clients', Direction.egress, SocketRole.client, LostWhat.egressClient],
  ['answers received by clients', Direction.ingress, SocketRole.client, LostWhat.ingressClient],
  ['requests received by servers', Direction.ingress, SocketRole.server, LostWhat.ingressServer],
  ['answers sent by servers', Direction.egress, SocketRole.server, LostWhat.egressServer],
] as const

const folder = mkdtempSync(join(tmpdir(), 'underspan-losses-'))

let binary: string

beforeAll(() => {
  new Pattern().save(join(folder, 'pattern'))
  binary = compiledC(join(import.meta.dirname, 'programs/load.c'))
})

afterAll(() => rmSync(folder, { recursive: true }))

describe.each(['socket', 'syscall'] as const)(
  'rings that run over, with hooks on a %s',
  (hooks) => {
    let streams: DrainedStreams
    /** As the program counted them, in the order of KINDS. */
    let made: number[]
    let requests: number
    let lost: readonly (readonly number[])[]

    beforeAll(async () => {
      streams = new DrainedStreams(hooks, 16_384, () => {})
      hookOnly(streams.kernel, FIRST_PORT, FIRST_PORT + CONNECTIONS)
      const counts = [FIRST_PORT, CONNECTIONS, REQUESTS].map(String)
      const load = new Program([binary, join(folder, 'pattern'), ...counts])
      while (load.outcome === undefined) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS)
        await sleep(50)
      }
      expect(load.outcome, load.describe()).toBe(0)
      await streams.stop()
      lost = streams.kernel.stats.read().lost
      made = load.stdout.trim().split(' ').map(Number)
      requests = made.pop()!
    })

    afterAll(() => streams?.unload())

    const lostOf = (what: number) => lost.reduce((sum, byWhat) => sum + byWhat[what]!, 0)

    test('the load read each request and each answer at once', () => {
      const ends = CONNECTIONS
      expect(made).toEqual([requests, requests + ends, requests + ends, requests])
    })

    test.each(KINDS.map((kind, i) => [...kind, i] as const))(
      'seen and lost %s are those that were made, to the unit',
      (_, direction, role, what, i) => {
        const seen = streams.seen(direction, role)
        expect(seen + lostOf(what)).toBe(made[i])
        expect(seen).toBeGreaterThan(0)
        expect(lostOf(what)).toBeGreaterThan(0)
      },
    )

    test('all that was lost was lost because a ring was full', () => {
      for (const reason of [LostReason.reentered, LostReason.noRoom]) {
        for (const [, , , what] of KINDS) expect(lost[reason]![what]).toBe(0)
      }
    })

    test('the rings tell the reader of the bursts that are missing, by a count of their own', () => {
      expect(streams.lostBursts).toBeGreaterThan(0)
      const events = KINDS.reduce((sum, [, , , what]) => sum + lostOf(what), 0)
      expect(streams.lostBursts).toBeLessThanOrEqual(events)
    })
  },
)
