import { describe, expect, test } from 'vitest'
import { OwedAnswers } from '../../src/exchanges/owed-answers.ts'
import { ThreadReads } from '../../src/exchanges/thread-reads.ts'
import { query } from '../protocols/dns/wire.ts'
import { aMoment } from '../sockets/a-moment.ts'
import { aConnection, answer, ask, BY_ID, results } from './numbered.ts'
import { type End, Traffic } from './traffic.ts'

const GET = 'GET /a HTTP/1.1\r\nHost: shop\r\n\r\n'

const open = (traffic: Traffic) => traffic.exchanges.open
const tooMany = ({ counters }: Traffic) => counters.dropped.get('too-many-open')

/** Asks so many names, each once. */
function asks(traffic: Traffic, end: End, count: number): void {
  for (let id = 0; id < count; id++) {
    end.sends(query('a.test', 1, { id }))
    traffic.hearing.moments.length = 0 // it looks each one up
  }
}

describe('at the limit of exchanges', () => {
  test('requests open at one time (`--max-open-exchanges`): the oldest is given up, and counted', () => {
    const traffic = new Traffic({ maxOpenExchanges: 65_536 })
    for (let i = 0; i < 65; i++) {
      const end = traffic.socket()
      for (let n = 0; n < 16; n++) end.receives(GET.repeat(64))
    }
    expect(open(traffic)).toBe(65_536)
    expect(tooMany(traffic)).toBe(65 * 1024 - 65_536)
    expect(traffic.hearing.exchanges[0]?.outcome).toBe('streaming-limit')
    expect(traffic.hearing.exchanges[1024]?.outcome).toBeUndefined()
  })

  test('requests that wait on one connection: all of the connection are given up', () => {
    const traffic = new Traffic({ maxOpenExchanges: 65_536 })
    const end = traffic.socket().receives(GET.repeat(64))
    for (let n = 1; n < 16; n++) end.receives(GET.repeat(64))
    expect([open(traffic), tooMany(traffic)]).toEqual([1024, 0])
    end.receives(GET)
    expect([open(traffic), tooMany(traffic)]).toEqual([1, 1])
    expect(traffic.counters.exchanges.get('answer-lost')).toBe(1024)
  })

  test('streams open on one connection: the oldest is given up', () => {
    const connection = aConnection({}, BY_ID, { maxOpenExchanges: 65_536 })
    const numbers = Array.from({ length: 4096 }, (_, n) => n)
    for (const n of numbers) connection.end.receives(ask(n))
    expect(tooMany(connection.traffic)).toBe(0)
    connection.end.receives(ask(4096)).sends(answer(1))
    expect(tooMany(connection.traffic)).toBe(1)
    expect(results(connection).slice(0, 2)).toEqual(['q0 - streaming-limit', 'q1 a1'])
  })

  test('answers that came before their request, on one connection: later ones have no request', () => {
    const connection = aConnection({ role: 'client' }, BY_ID)
    const { end, traffic } = connection
    end.sends(ask(1000)).receives(answer(1000))
    for (let n = 0; n <= 64; n++) end.receives(answer(n), { tid: 2 })
    for (let n = 0; n <= 64; n++) end.sends(ask(n))
    expect(results(connection).filter((result) => /^q\d+ a\d+$/.test(result))).toHaveLength(65)
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(1)
  })

  test('numbers whose answers may come late, on one connection: all that old may', () => {
    const owed = new OwedAnswers()
    for (let number = 0; number < 4096; number++) owed.gaveUp(number, 1)
    expect(owed.has(10_000, 2)).toBe(false)
    owed.gaveUp(4096, 1)
    expect(owed.has(10_000, 2)).toBe(true)
  })

  test('datagram queries that wait for an answer: the oldest is given up, and counted', () => {
    const traffic = new Traffic({ maxOpenExchanges: 100_000 })
    const udp = () => traffic.socket({ transport: 'udp', role: 'client', remotePort: 53 })
    for (let i = 0; i < 64; i++) asks(traffic, udp(), 1024)
    expect([open(traffic), tooMany(traffic)]).toEqual([65_536, 0])
    asks(traffic, udp(), 1)
    expect([open(traffic), tooMany(traffic)]).toEqual([65_536, 1])
    expect(traffic.hearing.exchanges[0]?.outcome).toBe('answer-lost')
  })

  test('datagrams of one socket that wait for its role: the oldest is given up', () => {
    const traffic = new Traffic({ maxOpenExchanges: 100_000 })
    const end = traffic.socket({ transport: 'udp', role: 'unknown', remotePort: 5300 })
    asks(traffic, end, 1025)
    expect([open(traffic), tooMany(traffic)]).toEqual([0, 1])
  })

  test('threads whose reads are counted: the oldest is forgotten', () => {
    const reads = new ThreadReads()
    for (let tid = 0; tid <= 32_768; tid++) reads.saw(aMoment(0, tid))
    expect([0, 1, 32_768].map((tid) => reads.isSureSince(tid, 1))).toEqual([false, true, true])
  })
})

describe('what is kept of a Unix socket that was read to its end', () => {
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

  function aPair() {
    const traffic = new Traffic()
    const client = traffic.socket({ transport: 'unix', role: 'client' })
    const server = traffic.socket({ transport: 'unix', role: 'server', peer: client.id })
    client.sends(GET)
    server.receives(GET)
    return { traffic, client, server }
  }

  test.each(['client', 'server'] as const)('is nothing of both ends, when the %s was', (side) => {
    const { traffic, client, server } = aPair()
    server.sends(OK)
    client.receives(OK)
    traffic.wait(20_000)
    expect(traffic.exchanges.sockets.size).toBe(2)
    const end = side === 'client' ? client : server
    end.receivesEnd()
    traffic.wait(9000)
    expect(traffic.exchanges.sockets.size).toBe(2)
    traffic.wait(2000)
    expect(traffic.exchanges.sockets.size).toBe(0)
    expect(traffic.said.filter((said) => said === 'closed')).toHaveLength(2)
  })

  test('is the request that is still answered', () => {
    const { traffic, client, server } = aPair()
    server.receivesEnd()
    traffic.wait(25_000)
    server.sends(OK)
    client.receives(OK)
    expect(traffic.results).toEqual(['GET /a 200', 'GET /a 200'])
    traffic.wait(25_000)
    expect(traffic.exchanges.sockets.size).toBe(0)
  })
})
