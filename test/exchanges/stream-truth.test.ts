import { describe, expect, test } from 'vitest'
import type { Protocol } from '../../src/protocols/protocol.ts'
import { Random } from '../support/random.ts'
import { playSpoiled } from './mutation.ts'
import { aConnection, answer, ask, BY_ID, MULTIPLEXED, ONCE, part, results } from './numbered.ts'
import { type OperationSettings, TCP_CLOSE, Traffic } from './traffic.ts'

/** Sessions of each kind, spoiled in all ways at once. */
const RUNS = 200

interface Operation {
  readonly request: boolean
  readonly bytes: Buffer
  readonly settings: OperationSettings & { tid: number }
  /** Milliseconds until the next. */
  readonly waits: number
}

/** Of each request, by name, the answer that it truly got: `n7` and `s7`. */
function conversation(random: Random, protocol: Protocol): Operation[] {
  const operations: Operation[] = []
  const numbers = 1 + random.below(6)
  const threads = 1 + random.below(3)
  const rate = 2 + random.below(20)
  const open = new Map<number, string>()
  let serial = 0
  const add = (bytes: Buffer, request: boolean) => {
    const settings: Operation['settings'] = {
      tid: 1 + random.below(threads),
      lost: random.below(rate) === 0,
    }
    if (!settings.lost && random.below(rate * 3) === 0) settings.position = -1
    if (random.below(rate) === 0) settings.captured = random.below(bytes.length + 1)
    const waits = random.below(40) === 0 ? random.below(3000) : 0
    operations.push({ request, bytes, settings, waits })
  }
  for (let i = 0; i < 60; i++) {
    const number = protocol === ONCE ? serial : random.below(numbers)
    if (!open.has(number) && open.size < numbers) {
      open.set(number, `s${serial}`)
      add(ask(number, `n${serial++}`), true)
      continue
    }
    const [answered, status] = [...open][random.below(open.size)]!
    open.delete(answered)
    const whole = protocol === BY_ID || random.below(3) === 0
    add(answer(answered, status, !whole), false)
    if (!whole) add(part(answered, 'text', false), false)
  }
  return operations
}

/**
 * A thread may be stamped after one that was behind it: who writes a request after who reads its answer,
 * who writes an answer after who reads the next request.
 */
function stampLate(operations: Operation[], role: 'client' | 'server', random: Random): void {
  for (let i = 0; i + 1 < operations.length; i++) {
    const one = operations[i]!
    const other = operations[i + 1]!
    if (one.settings.tid === other.settings.tid || one.request === other.request) continue
    if (one.request !== (role === 'client') || one.waits > 0 || random.below(6) > 0) continue
    operations[i] = { ...other, waits: 0 }
    operations[++i] = { ...one, waits: other.waits }
  }
}

function play(seed: number, protocol: Protocol, role: 'client' | 'server') {
  const random = new Random(seed * 2 + 1)
  for (let i = 0; i < 8; i++) random.below(2)
  const connection = aConnection({ role }, protocol)
  const { end, traffic } = connection
  const operations = conversation(random, protocol)
  stampLate(operations, role, random)
  for (const { request, bytes, settings, waits } of operations) {
    if (request === (role === 'server')) end.receives(bytes, settings)
    else end.sends(bytes, settings)
    if (waits > 0) traffic.wait(waits)
  }
  end.closes(TCP_CLOSE)
  traffic.wait(2000)
  return connection
}

describe('whatever is lost', () => {
  test.each([
    ['by-id', BY_ID],
    ['multiplexed', MULTIPLEXED],
    ['numbers used once', ONCE],
  ])('no answer is given to another request: %s', (_name, protocol) => {
    let answered = 0
    for (let seed = 0; seed < RUNS; seed++) {
      const connection = play(seed, protocol, seed % 2 === 0 ? 'server' : 'client')
      expect(connection.traffic.exchanges.open).toBe(0)
      for (const result of results(connection)) {
        const words = /^n(\d+) (?:s(\d+)|-)/.exec(result)
        if (words?.[2] === undefined) continue
        if (words[1] !== words[2]) expect.fail(`seed ${seed}: ${result}`)
        answered++
      }
    }
    expect(answered).toBeGreaterThan(RUNS * 6)
  })
})

describe('whatever the bytes become', () => {
  test.each([
    ['by-id', BY_ID],
    ['multiplexed', MULTIPLEXED],
    ['numbers used once', ONCE],
  ])('each exchange ends once and no memory is kept: %s', (_name, protocol) => {
    for (let seed = 0; seed < RUNS * 2; seed++) {
      const random = new Random(seed * 2 + 1)
      for (let i = 0; i < 8; i++) random.below(2)
      const pieces = conversation(random, protocol).map(({ request, bytes }) => ({
        from: request ? ('C' as const) : ('S' as const),
        bytes,
        ends: random.below(50) === 0,
      }))
      const traffic = new Traffic({}, [protocol])
      playSpoiled(traffic, { connections: [pieces] }, random)
      traffic.wait(60)
      traffic.wait(1100)
      const { open, sockets } = traffic.exchanges
      expect([open, sockets.size, sockets.bytesHeld], `seed ${seed}`).toEqual([0, 0, 0])
      const ended = traffic.said.filter((words) => words.startsWith('ended'))
      expect(ended.length, `seed ${seed}`).toBe(traffic.hearing.exchanges.length)
    }
  })
})
