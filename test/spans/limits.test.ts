import { describe, expect, test } from 'vitest'
import type { MonotonicNs, UnixNs } from '../../src/base/time.ts'
import { dnsDatagram } from '../../src/protocols/dns/index.ts'
import type { Protocol } from '../../src/protocols/protocol.ts'
import { ResolvedNames } from '../../src/spans/resolved-names.ts'
import { Routes } from '../../src/spans/routes.ts'
import { TraceOffsets } from '../../src/spans/trace-offsets.ts'
import { anExchange } from '../support/an-exchange.ts'

/** A name, not a value: letters alone. */
function word(n: number): string {
  return `w${[...n.toString(20)].map((digit) => 'bcdfghjklmnpqrstvwxz'[Number.parseInt(digit, 20)]).join('a')}`
}

/** Answered: this address has this name. */
function lookup(names: ResolvedNames, tgid: number, address: string): void {
  const message = { start: 0, id: 1, opcode: 0, question: { name: 'shop.test', type: 1 } }
  const exchange = anExchange({ role: 'client' })
  names.ended({
    ...exchange,
    opened: { ...exchange.opened, tgid },
    protocol: dnsDatagram as unknown as Protocol,
    request: message,
    response: { ...message, rcode: 0, truncated: false, addresses: [address], ttl: 0 } as never,
  })
}

function nameOf(names: ResolvedNames, tgid: number, address: string): string {
  const exchange = anExchange({ role: 'client', socket: { remoteAddress: address } })
  names.opened({ ...exchange, opened: { ...exchange.opened, tgid } })
  return names.of(exchange.socket)
}

describe('at the limit of spans', () => {
  test('services whose routes are learned: later ones share one tree', () => {
    const routes = new Routes([])
    const teach = (service: string) => {
      for (let i = 0; i < 60; i++) routes.route(service, `/products/${word(i)}`)
    }
    for (let i = 0; i < 999; i++) routes.route(`service ${i}`, '/')
    teach('the last of its own')
    expect(routes.route('one more', '/products/another')).toBe('/products/another')
    teach('one more')
    expect(routes.route('and one', '/products/another')).toBe('/products/{id}')
    expect(routes.route('service 1', '/products/another')).toBe('/products/another')
  })

  test('routes of one service: longer paths end in a rest', () => {
    const routes = new Routes([])
    const made = new Set<string>()
    for (let i = 0; i < 30; i++)
      for (let j = 0; j < 30; j++) made.add(routes.route('shop', `/${word(i)}/${word(j)}`))
    const rests = [...made].filter((route) => route.endsWith('/*'))
    expect(made.size - rests.length).toBe(300)
    expect(rests).toHaveLength(20)
  })

  test("nodes of one service's routes: longer paths end in a rest", () => {
    const routes = new Routes([])
    for (let i = 0; i < 40; i++)
      for (let j = 0; j < 40; j++)
        for (let k = 0; k < 3; k++) routes.route('shop', `/${word(i)}/${word(j)}/${word(k)}`)
    expect(routes.route('shop', '/zebra/quilt')).toBe('/*')
  })

  test('names looked up by one process: spans have the address alone', () => {
    const names = new ResolvedNames()
    for (let i = 0; i < 1024; i++) lookup(names, 7, `10.0.${i >> 8}.${i & 255}`)
    expect(nameOf(names, 7, '10.0.0.0')).toBe('shop.test')
    lookup(names, 7, '10.1.0.0')
    lookup(names, 7, '10.1.0.1')
    expect(nameOf(names, 7, '10.0.0.1')).toBe('')
    expect(nameOf(names, 7, '10.1.0.1')).toBe('shop.test')
  })

  test('processes whose lookups are remembered: spans have the address alone', () => {
    const names = new ResolvedNames()
    for (let tgid = 1; tgid <= 4097; tgid++) lookup(names, tgid, '10.0.0.2')
    expect([1, 2, 4097].map((tgid) => nameOf(names, tgid, '10.0.0.2'))).toEqual([
      '',
      'shop.test',
      'shop.test',
    ])
  })

  test('steps of the wall clock: older traces have the offset of the oldest', () => {
    const clock = { now: () => 0 as MonotonicNs, unix: () => unix as UnixNs }
    let unix = 0n
    const offsets = new TraceOffsets(clock)
    const began = (n: number) => (n * 1000) as MonotonicNs
    for (let n = 0; n <= 64; n++) {
      unix = BigInt(n) * 1_000_000_000n
      offsets.of(began(n))
    }
    expect([0, 1, 64].map((n) => offsets.of(began(n)).seconds)).toEqual([1, 1, 64])
  })
})
