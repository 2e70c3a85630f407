import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { Protocol } from '../../src/protocols/protocol.ts'
import { PROTOCOLS } from '../../src/protocols/registry.ts'
import type { Piece } from '../exchanges/session.ts'
import { FOREIGN, noise } from './foreign-bytes.ts'
import { named, RECORDED } from './sessions-by-protocol.ts'
import { Talk } from './talk.ts'

/** Places at which a long operation is cut. */
const MAX_CUTS = 100
/** What a conversation may keep of a stream that never becomes a message, bytes. */
const MAX_KEPT = 1 << 20

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const ownOf = (protocol: Protocol) => RECORDED.filter(({ own }) => own.includes(protocol))

/** One connection of each session. */
function connectionsOf(protocol: Protocol): (readonly Piece[])[] {
  return ownOf(protocol).flatMap(({ session }) => session.connections.slice(0, 1))
}

function piece(from: 'C' | 'S', bytes: Buffer): Piece {
  return { from, bytes, ends: false }
}

describe.each(PROTOCOLS.map((protocol) => [named(protocol), protocol] as const))(
  'a conversation of %s',
  (_name, protocol) => {
    const own = connectionsOf(protocol)

    test('has sessions to be tried with', () => {
      expect(own.length).toBeGreaterThan(0)
    })

    test.each([false, true])(
      'reads on from any length of any operation, older than the agent: %s',
      (late) => {
        for (const pieces of own) {
          for (const [i, { from, bytes }] of pieces.slice(0, 8).entries()) {
            const stride = Math.ceil(bytes.length / MAX_CUTS)
            for (let length = 0; length < bytes.length; length += stride) {
              const talk = new Talk(protocol, late)
              for (const before of pieces.slice(Math.max(0, i - 2), i)) talk.hears(before)
              talk.hears(piece(from, bytes.subarray(0, length)), true)
              for (const behind of pieces.slice(i + 1, i + 3)) talk.hears(behind)
            }
          }
        }
      },
    )

    test('hears the bytes of all others in either direction without harm', () => {
      for (const before of own.slice(0, 4).map((pieces) => pieces.slice(0, 4))) {
        for (const { session, name } of RECORDED) {
          for (const flip of [false, true]) {
            const talk = new Talk(protocol)
            for (const one of before) talk.hears(one)
            for (const other of session.connections[0]!.slice(0, 10))
              talk.hears(flip ? { ...other, from: other.from === 'C' ? 'S' : 'C' } : other)
            expect(talk.steps, name).toBeGreaterThanOrEqual(0)
          }
        }
        for (const [, bytes] of FOREIGN) {
          const talk = new Talk(protocol)
          for (const one of before) talk.hears(one)
          talk.hears(piece('C', bytes)).hears(piece('S', bytes))
        }
      }
    })

    test('hears noise anywhere without harm', () => {
      for (let seed = 0; seed < 100; seed++) {
        const talk = new Talk(protocol, seed % 2 === 0)
        const pieces = own[seed % own.length]!
        const at = seed % pieces.length
        for (const one of pieces.slice(0, at)) talk.hears(one)
        for (let n = 0; n < 8; n++)
          talk.hears(piece(n % 2 === 0 ? 'C' : 'S', noise(seed * 8 + n, 1 + ((seed * 37) % 300))))
        for (const one of pieces.slice(at)) talk.hears(one)
      }
    })

    test('keeps little of what never becomes a message', () => {
      const talk = new Talk(protocol)
      for (const one of own[0]!.slice(0, 4)) talk.hears(one)
      const pieces = Array.from({ length: 16 }, (_, n) => noise(n, 4096))
      const repeated = RECORDED.flatMap(({ session }) => session.connections[0]!.slice(0, 8))
      const play = (times: number) => {
        for (let n = 0; n < times; n++) {
          for (const bytes of pieces) talk.hears(piece(n % 2 === 0 ? 'C' : 'S', bytes))
          for (const one of repeated) talk.hears(one)
        }
      }
      play(2)
      collect()
      const before = process.memoryUsage().heapUsed
      play(8)
      collect()
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(MAX_KEPT)
    })
  },
)
