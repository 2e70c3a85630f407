import { beforeEach, describe, expect, test } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.ts'
import { dnsDatagram } from '../../src/protocols/dns/index.ts'
import type { Protocol } from '../../src/protocols/protocol.ts'
import type { Socket } from '../../src/sockets/socket.ts'
import { aProcess } from '../support/a-process.ts'
import { aSpanBuilder } from '../support/a-span-builder.ts'
import { anExchange, aPlace } from '../support/an-exchange.ts'

const SECONDS = 1e9

/** Answered at `at` seconds. */
function lookup(name: string, addresses: string[], at: number, ttl = 0): Exchange {
  const question = { name, type: 1 }
  const message = { start: 0, id: 1, opcode: 0, question }
  const response = { ...message, rcode: 0, truncated: false, addresses, ttl }
  return {
    ...anExchange({ role: 'client', opened: at * SECONDS - 1e6, ended: at * SECONDS }),
    protocol: dnsDatagram as unknown as Protocol,
    request: message,
    response,
  }
}

describe('a call', () => {
  let builder = aSpanBuilder()
  beforeEach(() => {
    builder = aSpanBuilder()
  })

  function call(at: number, socket: Partial<Socket> = {}, head = 'GET /a HTTP/1.0'): Exchange {
    const exchange = anExchange({ role: 'client', request: head, opened: at * SECONDS, socket })
    builder.names.opened(exchange)
    return exchange
  }

  const serverOf = (exchange: Exchange) => {
    const { attributes } = builder.build(exchange, aPlace(), aProcess())
    return [attributes['server.address'], attributes['network.peer.address']]
  }

  test('is to the name that its process had resolved to the address', () => {
    builder.names.ended(lookup('shop.test', ['10.0.0.9', '10.0.0.2'], 10))
    expect(serverOf(call(11))).toEqual(['shop.test', '10.0.0.2'])
  })

  test('is to the name that it says itself', () => {
    builder.names.ended(lookup('shop.test', ['10.0.0.2'], 10))
    const asked = call(11, {}, 'GET /a HTTP/1.1\nHost: own.test')
    expect(serverOf(asked)).toEqual(['own.test', '10.0.0.2'])
  })

  test.each([
    ['a name for another address', '10.0.0.3', 11, {}],
    ['a name that was resolved long ago', '10.0.0.2', 71, {}],
    ['a connection that is older than the agent', '10.0.0.2', 11, { late: true }],
    ['a Unix socket', '10.0.0.2', 11, { transport: 'unix' }],
  ] as const)('has no name by %s', (_, address, at, socket) => {
    builder.names.ended(lookup('shop.test', [address], 10))
    expect(serverOf(call(at, socket))[0]).toBe('10.0.0.2')
  })

  test('is not named after what another process resolved, or the program before it', () => {
    const other = lookup('shop.test', ['10.0.0.2'], 10)
    builder.names.ended({ ...other, opened: { ...other.opened, tgid: 8 } })
    expect(serverOf(call(11))[0]).toBe('10.0.0.2')
    builder.names.ended(other)
    builder.names.forget(7)
    expect(serverOf(call(11))[0]).toBe('10.0.0.2')
  })

  test('to an address of two names has none, until one of them is not known any more', () => {
    builder.names.ended(lookup('shop.test', ['10.0.0.2'], 10))
    builder.names.ended(lookup('SHOP.test', ['10.0.0.2'], 11))
    expect(serverOf(call(12))[0]).toBe('SHOP.test')
    builder.names.ended(lookup('cart.test', ['10.0.0.2'], 13))
    expect(serverOf(call(14))[0]).toBe('10.0.0.2')
    builder.names.ended(lookup('cart.test', ['10.0.0.2'], 80))
    expect(serverOf(call(81))[0]).toBe('cart.test')
  })

  test('keeps the name that its connection began with', () => {
    builder.names.ended(lookup('shop.test', ['10.0.0.2'], 10, 300))
    const first = call(300)
    expect(serverOf(first)[0]).toBe('shop.test')
    const later = { ...call(9999, {}), socket: first.socket }
    builder.names.opened(later)
    expect(serverOf(later)[0]).toBe('shop.test')
  })
})
