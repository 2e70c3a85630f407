import { describe, expect, test } from 'vitest'
import type { Protocol, Verdict } from '../../src/protocols/protocol.ts'
import { PROTOCOLS } from '../../src/protocols/registry.ts'
import { uwsgi } from '../../src/protocols/uwsgi/index.ts'
import { play } from '../exchanges/session.ts'
import { Traffic } from '../exchanges/traffic.ts'
import { FOREIGN, noise } from './foreign-bytes.ts'
import { isDatagram, named, others, RECORDED } from './sessions-by-protocol.ts'

const WHOLE = 1 << 20
/** Beginnings up to this long are all looked at, longer ones when they have grown by a quarter. */
const EACH = 256

function* beginnings(bytes: Buffer): Generator<Buffer> {
  for (let length = 0; length < bytes.length; length += length < EACH ? 1 : length >> 2)
    yield bytes.subarray(0, length)
  yield bytes
}

function isClaim(verdict: Verdict): boolean {
  return verdict === 'request' || verdict === 'response'
}

/** Which protocol says of which beginning that it is its own. */
function claims(bytes: Buffer, protocols: readonly Protocol[]): string[] {
  const found: string[] = []
  for (const beginning of beginnings(bytes)) {
    for (const protocol of protocols) {
      const verdict = protocol.detect(beginning)
      if (isClaim(verdict)) found.push(`${named(protocol)}: ${verdict} at ${beginning.length}`)
    }
  }
  return found
}

describe.each(RECORDED.map((recorded) => [recorded.name, recorded] as const))(
  'the session %s',
  (_name, recorded) => {
    const { session, own } = recorded

    test('is claimed by no other protocol, from its first byte on and later', () => {
      // uWSGI answers in the words of HTTP: who asks tells.
      const answersAsHttp = own.includes(uwsgi as unknown as Protocol)
      for (const { bytes, from } of session.connections.flat())
        expect(
          claims(bytes, others(recorded)).filter(
            (claim) => !(answersAsHttp && from === 'S' && claim.includes('http: response')),
          ),
          JSON.stringify(bytes.toString('latin1', 0, 40)),
        ).toEqual([])
    })

    test('is not taken for its other direction', () => {
      for (const pieces of session.connections) {
        for (const from of ['C', 'S'] as const) {
          const first = pieces.find((piece) => piece.from === from && piece.bytes.length > 0)
          const wrong = from === 'C' ? 'response' : 'request'
          for (const beginning of beginnings(first?.bytes ?? Buffer.alloc(0)))
            for (const protocol of own) expect(protocol.detect(beginning)).not.toBe(wrong)
        }
      }
    })

    test('makes no exchange of another protocol, all of them tried in order or each alone', () => {
      for (const role of ['client', 'server'] as const) {
        const all = new Traffic({}, PROTOCOLS)
        play(all, session, role, WHOLE)
        for (const { protocol } of all.hearing.exchanges) expect(own).toContain(protocol)
        for (const protocol of others(recorded)) {
          const alone = new Traffic({}, [protocol])
          play(alone, session, role, WHOLE)
          expect(alone.results, named(protocol)).toEqual([])
        }
      }
    })
  },
)

describe('bytes of no protocol', () => {
  const streams = PROTOCOLS.filter((protocol) => !isDatagram(protocol))

  test.each(FOREIGN)('are claimed by none: %s', (_name, bytes) => {
    expect(claims(bytes, streams)).toEqual([])
  })

  test('are claimed by none: 10,000 pieces of noise', () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const bytes = noise(seed, 1 + (seed % 200))
      for (const protocol of PROTOCOLS)
        if (isClaim(protocol.detect(bytes))) expect.fail(`${named(protocol)} claims noise ${seed}`)
    }
  })
})
