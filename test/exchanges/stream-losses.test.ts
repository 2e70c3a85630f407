import { describe, expect, test } from 'vitest'
import {
  aConnection,
  answer,
  ask,
  MULTIPLEXED,
  ONCE,
  part,
  ping,
  results,
  said,
} from './numbered.ts'

const LOST = { lost: true }

describe('answers of which the events were lost', () => {
  test('leave the others their own where numbers are used once', () => {
    const connection = aConnection({}, ONCE)
    connection.end.receives(Buffer.concat([ask(1), ask(2), ask(3)]))
    connection.end.sends(answer(3)).sends(answer(2), LOST).sends(answer(1))
    connection.traffic.wait(9000)
    expect(results(connection)).toEqual(['q1 a1 damaged', 'q2 - open damaged', 'q3 a3'])
    connection.traffic.wait(2000)
    expect(results(connection)[1]).toBe('q2 - answer-lost damaged')
  })

  test('take those of others with them where a number may be used again', () => {
    const connection = aConnection()
    connection.end.receives(ask(1, 'old')).receives(ask(3)).sends(answer(1, 'old'), LOST)
    connection.end.receives(ask(1, 'new'), LOST).sends(answer(1, 'new')).receives(ask(5))
    connection.end.sends(answer(3)).sends(answer(5))
    expect(results(connection)).toEqual([
      'old - answer-lost damaged',
      'q3 - answer-lost damaged',
      'q5 a5 damaged',
    ])
  })

  test('are not lost if they come later', () => {
    const connection = aConnection({}, ONCE)
    connection.end.receives(ask(1)).receives(ask(2)).receives(ask(3)).sends(answer(3))
    connection.end.sends(answer(2), LOST).sends(ping())
    connection.traffic.wait(5000)
    connection.end.sends(answer(1))
    connection.traffic.wait(11_000)
    expect(results(connection)).toEqual(['q1 a1 damaged', 'q2 - answer-lost damaged', 'q3 a3'])
  })

  test.each([
    ['at once', MULTIPLEXED],
    ['in silence where numbers are used once', ONCE],
  ])('end %s if their beginning was seen', (_name, protocol) => {
    const connection = aConnection({}, protocol)
    connection.end
      .receives(ask(1))
      .sends(answer(1, 'a1', true))
      .sends(part(1, 'x'))
    connection.end.sends(part(1, 'x', false), LOST).sends(ping())
    const last = connection.traffic.hearing.moments[2]
    if (protocol === ONCE) {
      connection.traffic.wait(500)
      expect(results(connection)).toEqual(['q1 a1 open damaged'])
      connection.traffic.wait(600)
    }
    expect(results(connection)).toEqual(['q1 a1 damaged'])
    expect(connection.traffic.hearing.exchanges[0]!.ended).toBe(last)
  })

  test('that go on after the gap end where they end', () => {
    const connection = aConnection({}, ONCE)
    connection.end
      .receives(ask(1))
      .sends(answer(1, 'a1', true))
      .sends(part(1, 'x'), LOST)
    connection.end.sends(part(1, 'x'))
    connection.traffic.wait(5000)
    connection.end.sends(part(1, 'x', false))
    expect(results(connection)).toEqual(['q1 a1 damaged'])
    const { exchanges, moments } = connection.traffic.hearing
    expect(exchanges[0]!.ended).toBe(moments.at(-1))
  })

  test('are lost if only their end is seen', () => {
    const connection = aConnection({}, ONCE)
    connection.end.receives(ask(1)).receives(ask(2)).sends(answer(2))
    connection.end.sends(answer(1, 'a1', true), LOST).sends(part(1, 'x', false))
    expect(results(connection)).toEqual(['q1 - answer-lost damaged', 'q2 a2'])
  })

  test('are lost at an unknown gap like at a known one', () => {
    const connection = aConnection({}, ONCE)
    connection.end.receives(ask(1)).receives(ask(2)).sends(answer(2), { position: -1 })
    connection.end.sends(answer(1))
    connection.traffic.wait(11_000)
    expect(results(connection)).toEqual(['q1 a1 damaged', 'q2 - answer-lost damaged'])
  })
})

describe('an answer of which a head was not captured', () => {
  const big = Buffer.concat([part(1, 'x'.repeat(5000)), part(1, 'x'.repeat(5000))])

  test.each([
    ['more than once', MULTIPLEXED],
    ['once', ONCE],
  ])('goes on to its end where numbers are used %s', (_name, protocol) => {
    const connection = aConnection({}, protocol)
    connection.end
      .receives(ask(1))
      .sends(answer(1, 'a1', true))
      .sends(big, { captured: 4096 })
    connection.end.sends(part(1, 'x')).sends(part(1, 'x', false))
    expect(results(connection)).toEqual(['q1 a1 damaged'])
    const { exchanges, moments } = connection.traffic.hearing
    expect(exchanges[0]!.ended).toBe(moments.at(-1))
  })

  test('has the operations behind it if it is alone', () => {
    const connection = aConnection()
    const { end } = connection
    end
      .receives(ask(1))
      .sends(answer(1, 'a1', true))
      .sends(big, { captured: 4096 })
    end.sends('rest of a frame').receives(ask(2)).sends('of whom?')
    expect(said(connection)).toEqual([
      'opened 1',
      'carried 1 by 1',
      'answered 1',
      'carried 1 by 2',
      'carried 1 by 3',
      'carried 1 by 4',
      'opened 2',
      'carried 2 by 5',
      'ended 2 answer-lost',
      'lost before 6',
    ])
  })
})

describe('a request of which the events were lost', () => {
  test('takes no answer but leaves those of others', () => {
    const connection = aConnection()
    connection.end.receives(ask(1)).receives(ask(2), LOST).receives(ask(3))
    connection.end.sends(answer(3)).sends(answer(2)).sends(answer(1))
    expect(results(connection)).toEqual(['q1 a1', 'q3 a3 damaged'])
    expect(connection.traffic.counters.dropped.get('unpaired-response')).toBe(1)
  })

  test('takes no answer that a number used once names beyond doubt', () => {
    const connection = aConnection({}, ONCE)
    connection.end.receives(ask(1)).receives(ask(2)).sends(answer(1), LOST).receives(ask(3), LOST)
    connection.end.sends(ping()).receives(ask(4)).sends(answer(2))
    connection.traffic.wait(11_000)
    expect(results(connection).slice(0, 2)).toEqual(['q1 - answer-lost damaged', 'q2 a2 damaged'])
  })

  test('tells that a thread read what is unknown', () => {
    const connection = aConnection()
    connection.end
      .receives(ask(1))
      .sends(answer(1))
      .receives(ask(2, 'q2', true), LOST)
    connection.end.receives(part(2, 'x')).receives(part(2, 'x'))
    expect(said(connection).slice(-2)).toEqual(['lost before 3', 'lost before 4'])
  })
})
