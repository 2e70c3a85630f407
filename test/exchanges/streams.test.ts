import { describe, expect, test } from 'vitest'
import {
  aConnection,
  answer,
  ask,
  BY_ID,
  MULTIPLEXED,
  ONCE,
  part,
  ping,
  reset,
  results,
  said,
} from './numbered.ts'
import { type SocketSettings, TCP_CLOSE } from './traffic.ts'

const LOST = { lost: true }

describe.each([
  ['by-id', BY_ID],
  ['multiplexed', MULTIPLEXED],
])('a connection with numbers, %s', (_name, protocol) => {
  test.each(['server', 'client'] as const)(
    'pairs answers in any order at a %s, however the bytes are cut',
    (role) => {
      for (const step of [1, 2, 3, 7, 1000]) {
        const connection = aConnection({ role }, protocol)
        const asked = Buffer.concat([ping(), ask(7), ask(3), ask(5)])
        const answered = Buffer.concat([answer(5), ping(), answer(7), answer(3)])
        const move = (bytes: Buffer, received: boolean) => {
          for (let at = 0; at < bytes.length; at += step) {
            const piece = bytes.subarray(at, at + step)
            if (received) connection.end.receives(piece)
            else connection.end.sends(piece)
          }
        }
        // Recognised by the first operation that begins with a head.
        move(Buffer.concat([ask(9), asked]), role === 'server')
        move(Buffer.concat([answered, answer(9)]), role === 'client')
        expect(results(connection), `${step}`).toEqual(['q9 a9', 'q7 a7', 'q3 a3', 'q5 a5'])
        expect(connection.traffic.exchanges.open).toBe(0)
      }
    },
  )

  test('uses a number again', () => {
    const connection = aConnection({}, protocol)
    for (let n = 0; n < 3; n++) connection.end.receives(ask(1, `q${n}`)).sends(answer(1, `a${n}`))
    expect(results(connection)).toEqual(['q0 a0', 'q1 a1', 'q2 a2'])
  })

  test('ends an exchange when its number asks again', () => {
    const connection = aConnection({}, protocol)
    connection.end.receives(ask(1, 'old')).receives(ask(1, 'new')).sends(answer(1))
    expect(results(connection)).toEqual(['old - answer-lost damaged', 'new a1'])
  })

  test('does not believe an answer that may be the one before, recorded late by another thread', () => {
    const connection = aConnection({}, protocol)
    connection.end.receives(ask(1, 'old')).receives(ask(1, 'new')).sends(answer(1), { tid: 2 })
    expect(results(connection)).toEqual(['old - answer-lost damaged', 'new - answer-lost damaged'])
    expect(connection.traffic.counters.dropped.get('unpaired-response')).toBe(1)
  })

  test('counts an answer that nobody asked for', () => {
    const connection = aConnection({}, protocol)
    connection.end.receives(ask(1)).sends(answer(2)).sends(answer(1)).sends(answer(1, 'again'))
    expect(results(connection)).toEqual(['q1 a1'])
    expect(connection.traffic.counters.dropped.get('unpaired-response')).toBe(2)
  })

  test('ends with the connection what is open', () => {
    const connection = aConnection({}, protocol)
    connection.end.receives(ask(1)).receives(ask(2)).sends(answer(1)).closes(TCP_CLOSE)
    connection.traffic.wait(2000)
    expect(results(connection)).toEqual(['q1 a1', 'q2 - closed'])
  })

  test('gives up the oldest of too many that are open', () => {
    const connection = aConnection({}, protocol, { maxOpenExchanges: 100_000 })
    for (let n = 0; n < 5000; n++) connection.end.receives(ask(n))
    expect(connection.traffic.exchanges.open).toBe(4096)
    expect(connection.traffic.counters.dropped.get('too-many-open')).toBe(5000 - 4096)
    connection.end.sends(answer(4999)).sends(answer(0))
    const all = results(connection)
    expect(all[0]).toBe('q0 - streaming-limit')
    expect(all[4999]).toBe('q4999 a4999')
  })

  test('is over after a time even if nobody answers', () => {
    const connection = aConnection({}, protocol, { streamLimitSeconds: 60 })
    connection.end.receives(ask(1))
    connection.traffic.wait(61_000)
    connection.end.receives(ask(1, 'new')).sends(answer(1))
    expect(results(connection)).toEqual(['q1 - streaming-limit', 'new a1'])
  })
})

describe('messages that are interleaved', () => {
  test('in 100,000 exchanges of one connection are paired, and nothing of them is kept', () => {
    const connection = aConnection()
    const { traffic, end } = connection
    for (let n = 0; n < 100_000; n += 100) {
      const numbers = Array.from({ length: 100 }, (_, i) => n + i)
      end.receives(Buffer.concat(numbers.map((number) => ask(number))))
      end.sends(Buffer.concat(numbers.reverse().map((number) => answer(number))))
    }
    expect(traffic.counters.exchanges.get('answered')).toBe(100_000)
    expect(traffic.exchanges.open).toBe(0)
    expect(traffic.exchanges.sockets.bytesHeld).toBe(0)
  })

  test('are told with each operation that carried them', () => {
    const connection = aConnection()
    const { traffic, end } = connection
    end.receives(ask(1, 'one', true)).receives(ask(2, 'two', true))
    end.receives(Buffer.concat([part(1, 'x'), part(2, 'y', false)])).receives(part(1, 'z', false))
    end.sends(answer(2, 'two', true)).sends(answer(1, 'one', true))
    end.sends(Buffer.concat([part(1, 'x'), part(2, 'y', false)])).sends(part(1, 'z', false))
    expect(said(connection)).toEqual([
      'opened 1',
      'carried 1 by 1',
      'opened 2',
      'carried 2 by 2',
      'carried 1 by 3',
      'carried 2 by 3',
      'carried 1 by 4',
      'answered 2',
      'carried 2 by 5',
      'answered 1',
      'carried 1 by 6',
      'carried 1 by 7',
      'carried 2 by 7',
      'ended 2 answered',
      'carried 1 by 8',
      'ended 1 answered',
    ])
    const [one] = traffic.hearing.exchanges
    const { moments } = traffic.hearing
    expect([one!.opened, one!.answered, one!.ended]).toEqual([moments[0], moments[5], moments[7]])
  })

  test('end with the response, whatever of the request is still to come', () => {
    const connection = aConnection()
    connection.end
      .receives(ask(1, 'q1', true))
      .sends(answer(1))
      .receives(part(1, 'x', false))
    expect(said(connection).at(-1)).toBe('ended 1 answered')
    expect(results(connection)).toEqual(['q1 a1'])
  })

  test('end where one of the two resets them', () => {
    const connection = aConnection()
    connection.end
      .receives(ask(1))
      .receives(ask(3))
      .sends(answer(3, 'a3', true))
      .receives(reset(1))
    connection.end.sends(reset(3)).sends(answer(1))
    expect(results(connection)).toEqual(['q1 - reset', 'q3 a3 reset'])
    const [one, three] = connection.traffic.hearing.exchanges
    expect(one!.ended).toBe(connection.traffic.hearing.moments[3])
    expect(three!.ended).toBe(connection.traffic.hearing.moments[4])
  })

  test('are passed over where their bodies were not captured', () => {
    const connection = aConnection()
    connection.end.receives(ask(1, 'q1', true)).receives(ask(2))
    connection.end.receives(part(1, 'x'.repeat(9000), false), { captured: 4096 })
    connection.end.sends(answer(2, 'a2', true)).sends(answer(1, 'a1', true))
    connection.end.sends(part(1, 'x'.repeat(50_000)), { captured: 4096 })
    connection.end.sends(part(2, 'y', false)).sends(part(1, '', false))
    expect(results(connection)).toEqual(['q1 a1', 'q2 a2'])
  })

  test('of which a known part of the body was lost are damaged, the others not', () => {
    const connection = aConnection()
    const body = part(1, 'x'.repeat(100), false)
    connection.end
      .receives(ask(1))
      .receives(ask(2))
      .sends(answer(1, 'a1', true))
    connection.end.sends(body.subarray(0, 40)).sends(body.subarray(40, 80), LOST)
    connection.end.sends(body.subarray(80)).sends(answer(2))
    expect(results(connection)).toEqual(['q1 a1 damaged', 'q2 a2'])
  })

  test('tell the kernel what need not be copied', () => {
    const { traffic, end } = aConnection()
    end
      .receives(ask(1))
      .sends(answer(1))
      .receives(ask(2, 'q2', true))
    end.receives(part(2, 'x'.repeat(50_000)).subarray(0, 4096))
    const at = ask(1).length + ask(2, 'q2').length + 9 + 50_000
    expect(traffic.verdicts.at(-1)).toBe(`1: 4096 out 0 in ${at}`)
  })
})

describe('an answer that was recorded before its request', () => {
  function aClient(protocol = MULTIPLEXED, settings: SocketSettings = {}) {
    const connection = aConnection({ role: 'client', ...settings }, protocol)
    connection.end.sends(ask(1)).receives(answer(1))
    return connection
  }

  test('waits for it', () => {
    const connection = aClient()
    connection.end
      .receives(answer(2, 'a2', true), { tid: 2 })
      .receives(part(2, 'x', false), { tid: 2 })
    connection.end.sends(ask(2), { tid: 1 })
    expect(results(connection)).toEqual(['q1 a1', 'q2 a2'])
    expect(said(connection).slice(-5)).toEqual(
      [
        'opened 2',
        'carried 2 by 5',
        'answered 2',
        'carried 2 by 3',
        'carried 2 by 4',
        'ended 2 answered',
      ].slice(-5),
    )
  })

  test('waits for 50 ms', () => {
    const connection = aClient()
    connection.end.receives(answer(2), { tid: 2 })
    connection.traffic.wait(60)
    expect(connection.traffic.counters.dropped.get('unpaired-response')).toBe(1)
    connection.end.sends(ask(2)).receives(answer(2, 'later'))
    expect(results(connection)).toEqual(['q1 a1', 'q2 later'])
  })

  test('answers no request of the thread that had read it before', () => {
    const connection = aClient()
    connection.end.receives(answer(2, 'early')).sends(ask(2)).receives(answer(2))
    expect(results(connection)).toEqual(['q1 a1', 'q2 a2'])
  })

  test('answers none where a request was lost that it may be for', () => {
    const connection = aClient()
    connection.end.sends(ask(2, 'lost'), LOST).sends(ask(3)).receives(answer(2), { tid: 2 })
    connection.end.sends(ask(2, 'new'), { tid: 1 }).receives(answer(3), { tid: 2 })
    expect(results(connection)).toEqual(['q1 a1', 'q3 a3 damaged', 'new - answer-lost damaged'])
  })

  test('answers it on an old connection only if numbers are used once', () => {
    const words = [MULTIPLEXED, ONCE].map((protocol) => {
      const connection = aClient(protocol, { late: true, role: 'unknown' })
      connection.end.receives(answer(2), { tid: 2 }).sends(ask(2), { tid: 1 })
      return results(connection)[1]
    })
    expect(words).toEqual(['q2 - answer-lost damaged', 'q2 a2'])
  })
})

describe('a connection older than the agent', () => {
  test.each(['server', 'client', 'unknown'] as const)(
    'is read as %s from the first head on',
    (role) => {
      const connection = aConnection({ late: true, role, from: 5000 })
      connection.end.receives('rest of something').sends('rest of another thing')
      connection.end.sends(answer(1)).receives(ask(2)).sends(answer(2)).sends(answer(3))
      expect(results(connection)).toEqual(['q2 a2'])
    },
  )
})
