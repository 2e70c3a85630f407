import { describe, expect, test } from 'vitest'
import { Traffic } from '../../exchanges/traffic.ts'
import { Dialog } from './dialog.ts'
import { data, frame, GET, headers, literals, OK, PREFACE, reset, SETTINGS } from './frames.ts'

const ASK = literals(GET)
const ANSWER = literals(OK)
const CALLS = 40

function ask(from: number, to: number): Buffer {
  const frames: Buffer[] = []
  for (let id = from; id <= to; id += 2) frames.push(headers(id, ASK), data(id, 'x', true))
  return Buffer.concat(frames)
}

function answer(id: number): Buffer {
  return Buffer.concat([headers(id, ANSWER), data(id, 'y', true)])
}

describe('requests behind what was copied of a long read', () => {
  test('are counted by their answers, one by one', () => {
    const traffic = new Traffic()
    const end = traffic.socket()
    end.receives(Buffer.concat([PREFACE, SETTINGS])).sends(SETTINGS)
    const burst = ask(1, 2 * CALLS - 1)
    end.receives(burst, { captured: burst.length >> 1 }).receives(ask(2 * CALLS + 1, 2 * CALLS + 1))
    for (let call = 0; call <= CALLS; call++) end.sends(answer(2 * call + 1))
    const read = traffic.results.filter((result) => result.startsWith('GET /cart/7?sku=1 200'))
    const missed = traffic.counters.dropped.get('unpaired-response')
    expect(missed).toBe(CALLS / 2)
    expect(read).toHaveLength(CALLS + 1 - missed)
    expect(traffic.exchanges.open).toBe(0)
  })
})

describe('an answer to nothing that was read', () => {
  test('is one if its request stood in a gap, and ends with its last byte', () => {
    const dialog = Dialog.opened()
    dialog.client.hears(headers(1, ASK, true))
    dialog.conversation.resync('request')
    dialog.client.hears(headers(7, ASK, true))
    expect(dialog.server.hears(answer(5))).toEqual(['begin 5', 'end 5'])
    expect(dialog.server.hears(data(5, 'late'))).toEqual([])
  })

  test.each([
    ['if nothing was lost: clients leave numbers out', 5],
    ['if its stream was reset', 1],
  ])('is none %s', (_why, id) => {
    const dialog = Dialog.opened()
    const anchor = frame(2, 0, 5, Buffer.alloc(5))
    dialog.client.hears(Buffer.concat([headers(1, ASK, true), anchor, headers(7, ASK, true)]))
    dialog.client.hears(reset(1, 8))
    expect(dialog.server.hears(answer(id))).toEqual([])
  })
})
