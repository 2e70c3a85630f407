import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compiledGo, compiledJava } from '../../support/compiled.ts'
import { accepts, finish, freePorts, Program } from '../../support/system/program.ts'
import { DrainedStreams, type Side } from './drained-streams.ts'
import { Pattern, SERVER } from './pattern.ts'
import { type Stretch, tile } from './stretches.ts'

const PROGRAMS = join(import.meta.dirname, 'programs')
/** The distribution's Python. */
const PYTHON = '/usr/bin/python3'
const CONNECTIONS = 8
const REQUESTS = 800 // on each connection
const NGINX_REQUESTS = 400
/** Bytes copied of one operation. */
const LIMIT = 4096

/** As in the programs. */
function sizeOf(i: number, end: number): number {
  const size = ((i * 7919 + end * 4001) % 1777) + 1
  return i % 64 === 63 ? size * 16 : size
}

/** Bytes that an end writes on one connection. */
function lengthOf(end: number): number {
  let sum = 0
  for (let i = 0; i < REQUESTS; i++) sum += sizeOf(i, end)
  return sum
}

/** Bytes of a file that nginx serves. */
const FILE_LENGTH = 60_000

/** A payload of nginx's connections, whose truth comes later. */
interface Piece {
  readonly side: Side
  readonly position: number
  readonly bytes: Buffer
}

const folder = mkdtempSync(join(tmpdir(), 'underspan-real-'))
const patternFile = join(folder, 'pattern')
const pattern = new Pattern()
const COMMANDS = {
  Node: [process.execPath, join(PROGRAMS, 'streams.mjs')],
  Python: [PYTHON, '-u', join(PROGRAMS, 'streams.py')],
  Go: [compiledGo(join(PROGRAMS, 'streams.go'), 'streams')],
  Java: ['java', '-cp', compiledJava(join(PROGRAMS, 'Streams.java')), 'Streams'],
} as const
type Language = keyof typeof COMMANDS

beforeAll(() => {
  pattern.save(patternFile)
})

afterAll(() => rmSync(folder, { recursive: true }))

describe.each(['socket', 'syscall'] as const)(
  'programs that people run, seen by hooks on a %s',
  (hooks) => {
    const ports = new Map<Language, number>()
    const wrong: string[] = []
    const pieces: Piece[] = []
    const kept = join(folder, hooks)
    /** Of the connection that fetched the file, and what came through it. */
    let filePort: number
    let file: Buffer
    let nginxPort: number
    let upstreamPort: number
    let streams: DrainedStreams

    beforeAll(async () => {
      mkdirSync(join(kept, 'files'), { recursive: true })
      const [one, other] = await freePorts(2)
      nginxPort = one!
      upstreamPort = other!
      streams = new DrainedStreams(hooks, LIMIT, judge)
      for (const language of Object.keys(COMMANDS) as Language[]) await talk(language)
      await talkAroundNginx()
      await streams.stop()
    })

    afterAll(() => streams?.unload())

    function judge(side: Side, position: number, bytes: Uint8Array): void {
      const { serverPort, clientPort, writer } = side
      if (serverPort === nginxPort || serverPort === upstreamPort) {
        pieces.push({ side, position, bytes: Buffer.from(bytes) })
        return
      }
      const truth = pattern.at(clientPort, writer, position, bytes.length)
      const mine = [...ports.values()].includes(serverPort)
      if (mine && !truth.equals(bytes))
        wrong.push(`${bytes.length} at ${position}, writer ${writer}`)
    }

    async function talk(language: Language): Promise<void> {
      const server = new Program([...COMMANDS[language], 'server', patternFile])
      try {
        await server.until(() => server.stdout.endsWith('\n'), 'port')
        const port = Number(server.stdout)
        ports.set(language, port)
        const counts = [port, CONNECTIONS, REQUESTS].map(String)
        await finish([...COMMANDS[language], 'client', patternFile, ...counts])
      } finally {
        await server.stop()
      }
    }

    async function talkAroundNginx(): Promise<void> {
      const config = readFileSync(join(PROGRAMS, 'nginx.conf'), 'utf8')
        .replaceAll('FOLDER', kept)
        .replaceAll('PORT', String(nginxPort))
        .replaceAll('UPSTREAM', String(upstreamPort))
      writeFileSync(join(kept, 'nginx.conf'), config)
      writeFileSync(join(kept, 'files/file'), pattern.at(0, 0, 0, FILE_LENGTH))
      const nginx = new Program(['nginx', '-p', kept, '-c', join(kept, 'nginx.conf')])
      try {
        await nginx.until(() => accepts(nginxPort), 'listener')
        const counts = [nginxPort, CONNECTIONS, NGINX_REQUESTS].map(String)
        const around = [process.execPath, join(PROGRAMS, 'around_nginx.mjs')]
        await finish([...around, String(upstreamPort), kept, patternFile, ...counts])
        await fetchFile()
      } finally {
        await nginx.stop()
      }
    }

    /** This process is the agent, whose own end is not seen. */
    async function fetchFile(): Promise<void> {
      const socket = connect(nginxPort, '127.0.0.1')
      socket.write('GET /files/file HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n')
      const received: Buffer[] = []
      for await (const data of socket) {
        filePort = socket.localPort ?? filePort
        received.push(data as Buffer)
      }
      file = Buffer.concat(received)
    }

    const stretches = ({ operations }: Side) =>
      operations.map(({ position, length }): Stretch => [position, position + length])

    /** Those whose truth is kept; nginx and its neighbours at both of its sides. */
    const nginxSides = () =>
      [...streams.sides(nginxPort), ...streams.sides(upstreamPort)].filter(
        ({ operations, clientPort }) => operations.length > 0 && clientPort !== filePort,
      )

    test('nothing is lost between the kernel and the reader', () => {
      expect(streams.bugs).toEqual([])
      expect(streams.lostBursts).toBe(0)
      expect(
        streams.kernel.stats
          .read()
          .lost.flat()
          .every((count) => count === 0),
      ).toBe(true)
    })

    test.each(['Node', 'Python', 'Go', 'Java'] as const)(
      'both ends of %s give every byte one place, without a gap',
      (language) => {
        const sides = streams.sides(ports.get(language)!)
        expect(sides).toHaveLength(4 * CONNECTIONS)
        for (const side of sides) {
          expect(tile(stretches(side), lengthOf(side.writer))).toEqual({ gaps: [], overlaps: [] })
          expect(side.operations.every((operation) => operation.known)).toBe(true)
        }
      },
    )

    test('every byte captured of them is the one that its writer generated for that place', () => {
      expect(wrong).toEqual([])
    })

    test('both sides of nginx give every byte one place, without a gap', () => {
      expect(nginxSides().length).toBeGreaterThan(4 * CONNECTIONS)
      for (const side of nginxSides()) {
        expect(tile(stretches(side), truthOf(side).length)).toEqual({ gaps: [], overlaps: [] })
        expect(side.operations.every((operation) => operation.known)).toBe(true)
      }
    })

    test('every byte captured of nginx is the one that came out at the other end', () => {
      let bytes = 0
      for (const { side, position, bytes: seen } of pieces) {
        if (side.clientPort === filePort) continue
        expect(seen.equals(truthOf(side).subarray(position, position + seen.length))).toBe(true)
        bytes += seen.length
      }
      expect(bytes).toBeGreaterThan(4 * CONNECTIONS * NGINX_REQUESTS * 1000)
    })

    test('of a file that nginx sends with sendfile only the head is captured', () => {
      const [, head] = /^([\s\S]*?\r\n\r\n)/.exec(file.toString('latin1'))!
      const [sent] = streams
        .sides(nginxPort)
        .filter((side) => side.clientPort === filePort && side.writer === SERVER)
      expect(file.subarray(head!.length).equals(pattern.at(0, 0, 0, FILE_LENGTH))).toBe(true)
      const [first, ...rest] = sent!.operations
      expect(first).toEqual({
        position: 0,
        length: head!.length,
        captured: head!.length,
        known: true,
      })
      for (const operation of rest) expect(operation.captured).toBe(0)
      const moved = rest.reduce((sum, { length }) => sum + length, 0)
      expect(moved).toBe(hooks === 'socket' ? FILE_LENGTH : 0)
    })

    test('a hundred thousand operations were judged, many of each program', () => {
      const counts = [...ports.values()].map((port) => count(streams.sides(port)))
      counts.push(count(streams.sides(nginxPort)) + count(streams.sides(upstreamPort)))
      for (const operations of counts) expect(operations).toBeGreaterThan(20_000)
      expect(counts.reduce((sum, operations) => sum + operations)).toBeGreaterThan(100_000)
    })

    test('999 of 1000 operations and more have their bytes, up to the limit', () => {
      const sides = [...ports.values()].flatMap((port) => streams.sides(port))
      const operations = [...sides, ...nginxSides()].flatMap((side) => side.operations)
      const complete = operations.filter(
        ({ length, captured }) => captured === Math.min(length, LIMIT),
      )
      expect(complete.length / operations.length).toBeGreaterThanOrEqual(0.999)
    })

    const count = (sides: readonly Side[]) =>
      sides.reduce((sum, side) => sum + side.operations.length, 0)

    const truths = new Map<string, Buffer>()
    /** What both programs around nginx wrote and read. */
    function truthOf({ serverPort, clientPort, writer }: Side): Buffer {
      const name = `${serverPort}.${clientPort}.${writer}`
      const known = truths.get(name) ?? readFileSync(join(kept, name))
      truths.set(name, known)
      return known
    }
  },
)
