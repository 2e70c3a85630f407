import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Stage } from '../../support/system/apps.ts'
import { startPostgresql } from '../../support/system/postgresql.ts'
import { finish, freePorts } from '../../support/system/program.ts'
import { startRedis } from '../../support/system/redis.ts'
import { isCaptured, LIMIT } from './captured-ways.ts'
import { DrainedStreams, type Side } from './drained-streams.ts'
import { type Stretch, tile } from './stretches.ts'

const RELAY = join(import.meta.dirname, 'programs/relay.mjs')
const VERSIONS = '/usr/lib/postgresql'

interface Piece {
  readonly side: Side
  readonly position: number
  readonly bytes: Buffer
}

const stage = new Stage()
afterAll(() => stage.stop())

function pgbench(port: number, ...words: string[]): string[] {
  const [newest] = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a))
  const where = ['-h', '127.0.0.1', '-p', String(port), '-U', 'shop']
  return [join(VERSIONS, newest!, 'bin/pgbench'), ...where, ...words, 'postgres']
}

/** By name: starts the store, then what is asked of it through the relay. */
const STORES = {
  PostgreSQL: {
    start: async (port: number) => void (await startPostgresql(stage, port)),
    ask: async (port: number) => {
      await finish(pgbench(port, '--initialize', '--quiet'))
      await finish(pgbench(port, '--client=8', '--transactions=150', '--protocol=prepared'))
    },
  },
  Redis: {
    start: async (port: number) => void (await startRedis(stage, port)),
    ask: async (port: number) => {
      const where = ['redis-benchmark', '-p', String(port), '-q', '-t', 'set,get,lrange_100']
      // Whole pipelines: it ends with the last request, and leaves unread what came beyond that.
      const requests = String(3 * 1334)
      await finish([...where, '-n', requests, '-c', '8', '-P', '3', '-d', '300'])
    },
  },
}

describe.each(['socket', 'syscall'] as const)('data stores, seen by hooks on a %s', (hooks) => {
  describe.each(Object.keys(STORES) as (keyof typeof STORES)[])('%s', (name) => {
    const pieces: Piece[] = []
    let folder: string
    let streams: DrainedStreams
    let sides: Side[]
    /** Events that the kernel side counts as lost: none unless the machine is busy with other things. */
    let lost: number

    beforeAll(async () => {
      const [port, serverPort] = (await freePorts(2)) as [number, number]
      folder = join(stage.folder(), 'crossed')
      mkdirSync(folder)
      await STORES[name].start(serverPort)
      streams = new DrainedStreams(hooks, LIMIT, (side, position, bytes) => {
        if (side.serverPort === port || side.serverPort === serverPort)
          pieces.push({ side, position, bytes: Buffer.from(bytes) })
      })
      const relay = await stage.server(
        [process.execPath, RELAY, String(port), String(serverPort), folder],
        port,
      )
      await STORES[name].ask(port)
      await relay.stop()
      await streams.stop()
      lost = streams.kernel.stats
        .read()
        .lost.flat()
        .reduce((sum, count) => sum + count, 0)
      sides = [...streams.sides(port), ...streams.sides(serverPort)].filter(isWhole)
    })

    afterAll(() => streams?.unload())

    const fileOf = ({ serverPort, clientPort, writer }: Side) =>
      join(folder, `${serverPort}.${clientPort}.${writer}`)
    /** What looked only whether the port accepts, and this process's own, have no truth. */
    const isWhole = (side: Side) => side.operations.length > 0 && existsSync(fileOf(side))
    const truths = new Map<string, Buffer>()
    function truthOf(side: Side): Buffer {
      const file = fileOf(side)
      const known = truths.get(file) ?? readFileSync(file)
      truths.set(file, known)
      return known
    }

    test('gives every byte one place at every end, with no gap but of events counted as lost', () => {
      expect(streams.bugs).toEqual([])
      expect(sides.length).toBeGreaterThan(4 * 8)
      let gaps = 0
      for (const side of sides) {
        const stretches = side.operations.map(
          ({ position, length }): Stretch => [position, position + length],
        )
        const tiling = tile(stretches, truthOf(side).length)
        expect(tiling.overlaps).toEqual([])
        gaps += tiling.gaps.length
      }
      expect(gaps).toBeLessThanOrEqual(lost)
    })

    test('has every byte captured at every end as it crossed', () => {
      let bytes = 0
      for (const { side, position, bytes: seen } of pieces) {
        if (!isWhole(side)) continue
        expect(seen.equals(truthOf(side).subarray(position, position + seen.length))).toBe(true)
        bytes += seen.length
      }
      expect(bytes).toBeGreaterThan(1_000_000)
    })

    test('has the bytes of 999 of 1000 operations and more, up to the limit', () => {
      const operations = sides.flatMap((side) => side.operations)
      const complete = operations.filter(isCaptured)
      expect(operations.length).toBeGreaterThan(10_000)
      expect(complete.length / operations.length).toBeGreaterThanOrEqual(0.999)
    })
  })
})
