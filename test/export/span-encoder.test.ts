import { describe, expect, test } from 'vitest'
import { ProtobufTraceSerializer, type ReadableSpan } from '../../src/export/sdk.ts'
import { encodeSpans } from '../../src/export/span-encoder.ts'
import { Random } from '../support/random.ts'
import { span } from './spans.ts'

/** Nothing here imports the client, which puts ours in its place. */
const official = (spans: ReadableSpan[]) => ProtobufTraceSerializer.serializeRequest(spans)

function expectSame(...spans: ReadableSpan[]): void {
  const ours = Buffer.from(encodeSpans(spans))
  expect(ours.equals(official(spans)!)).toBe(true)
}

const TEXTS = ['', 'GET', 'a'.repeat(64), 'b'.repeat(65), 'c'.repeat(130), 'd'.repeat(20_000)]
const STRANGE = [
  'Grüße',
  '漢字',
  '🙂🙂',
  '\ud800 alone',
  'é'.repeat(63),
  'ü'.repeat(70),
  '漢'.repeat(50),
]
const NUMBERS = [0, 1, 127, 128, 65_535, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 2 ** 62, 2 ** 63]

describe('spans encoded', () => {
  test.each([...TEXTS, ...STRANGE].map((text) => [text.length, text]))(
    'hold text of %d characters as the official encoder writes it',
    (_, text) => {
      expectSame(span({ name: text, service: text, attributes: { [text]: text } }))
    },
  )

  test.each(NUMBERS.flatMap((number) => [number, -number, number + 0.5]))(
    'hold the number %d as the official encoder writes it',
    (number) => {
      expectSame(span({ attributes: { number, list: [number, 1] } }))
    },
  )

  test('hold whatever else an attribute may be', () => {
    const attributes = { yes: true, no: false, words: ['a', 'ü'], none: [], nan: Number.NaN }
    expectSame(span({ attributes }), span({ attributes: { gone: undefined } }))
  })

  test('keep parents, links, states and errors', () => {
    const traceState = { serialize: () => 'ot=th:8,vendor=x' } as never
    const context = { traceId: 'AB'.repeat(16), spanId: '0f'.repeat(8), traceFlags: 1, traceState }
    const links = [
      { context: { ...context, isRemote: true }, attributes: { why: 'after' } },
      { context },
    ]
    expectSame(
      span({ parent: '7', links }),
      span({ parent: '8', remote: true, links: [{ context }] }),
    )
    expectSame({ ...span({ error: 'timeout' }), spanContext: () => context })
    expectSame({ ...span(), status: { code: 2, message: 'ü'.repeat(100) } })
    expectSame({
      ...span(),
      droppedAttributesCount: 300,
      droppedLinksCount: 2,
      droppedEventsCount: 1,
    })
    const event = { time: span().startTime, name: 'e', attributes: { a: 1 } }
    expectSame({ ...span(), events: [event, { time: [0, 999_999_999], name: 'x'.repeat(200) }] })
  })

  test('are grouped by service and scope, in any number', () => {
    const random = new Random(5)
    const other = { name: 'other', version: '', schemaUrl: 'https://example.org/1' }
    const spans = Array.from({ length: 3000 }, (_, n) => {
      const one = span({
        service: `s${random.below(5)}`,
        start: n * 977,
        ms: random.below(100_000),
      })
      return random.below(3) === 0 ? { ...one, instrumentationScope: other } : one
    })
    expectSame(...spans)
    expectSame(...spans.slice(0, 3))
    expectSame()
  })

  test('are at the right time, now and in 2100', () => {
    for (const seconds of [0, 65_535, 65_536, 1_795_407_705, 2 ** 32 - 1, 4_102_444_800])
      for (const nanoseconds of [0, 1, 705_032_703, 999_999_999])
        expectSame({ ...span(), startTime: [seconds, nanoseconds], endTime: [seconds, 0] })
  })
})
