import { describe, expect, test } from 'vitest'
import { traceContextOf } from '../../src/correlation/headers/carried.ts'

const of = (headers: Record<string, string>) => traceContextOf(new Map(Object.entries(headers)))
/** The example of https://www.w3.org/TR/trace-context/#examples-of-http-traceparent-headers */
const W3C = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

describe('trace context in headers', () => {
  test('reads traceparent and tracestate', () => {
    expect(of({ traceparent: W3C, tracestate: 'rojo=1' })).toEqual({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      sampled: true,
      traceState: 'rojo=1',
    })
    expect(of({ traceparent: W3C.replace(/01$/, '00') })?.sampled).toBe(false)
  })

  test('reads a later version with more fields and refuses what the specification forbids', () => {
    expect(of({ traceparent: `01${W3C.slice(2)}-what-the-future-will-be` })?.spanId).toBe(
      '00f067aa0ba902b7',
    )
    const bad = [
      `${W3C}-more`,
      `ff${W3C.slice(2)}`,
      W3C.toUpperCase(),
      W3C.slice(0, 54),
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
      W3C.replace('4bf9', '4bg9'),
      W3C.replace(/-01$/, '-zz'),
      `01${W3C.slice(2)}.x`,
      '',
    ]
    for (const traceparent of bad) expect(of({ traceparent }), traceparent).toBeUndefined()
  })

  test('reads B3 in one header', () => {
    expect(
      of({ b3: '80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90' }),
    ).toEqual({
      traceId: '80f198ee56343ba864fe8b2a57d3eff7',
      spanId: 'e457b5a2e4d86bd1',
      sampled: true,
      traceState: '',
    })
    expect(of({ b3: '0' })).toBeUndefined()
    expect(of({ b3: '80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1' })?.sampled).toBeUndefined()
  })

  test('reads B3 in several headers, with 64-bit trace ids', () => {
    const found = of({
      'x-b3-traceid': '463AC35C9F6413AD',
      'x-b3-spanid': 'a2fb4a1d1a96d312',
      'x-b3-sampled': '0',
    })
    expect(found).toEqual({
      traceId: '0000000000000000463ac35c9f6413ad',
      spanId: 'a2fb4a1d1a96d312',
      sampled: false,
      traceState: '',
    })
    expect(of({ 'x-b3-traceid': '463ac35c9f6413ad' })).toBeUndefined()
  })

  test('reads Jaeger, with ids of any length and colons made fit for a URL', () => {
    expect(
      of({ 'uber-trace-id': '463ac35c9f6413ad48485a3953bb6124:a2fb4a1d1a96d312:0:1' }),
    ).toEqual({
      traceId: '463ac35c9f6413ad48485a3953bb6124',
      spanId: 'a2fb4a1d1a96d312',
      sampled: true,
      traceState: '',
    })
    expect(of({ 'uber-trace-id': '9F6413AD%3A1d1a96d312%3A5%3A0' })).toEqual({
      traceId: '0000000000000000000000009f6413ad',
      spanId: '0000001d1a96d312',
      sampled: false,
      traceState: '',
    })
    for (const bad of [
      '',
      '1:2:3',
      '1:2:3:4:5',
      '0:1:0:1',
      '1:0:0:1',
      'x:1:0:1',
      '1:1:0:?',
      '::::',
    ])
      expect(of({ 'uber-trace-id': bad }), bad).toBeUndefined()
  })

  test('reads SkyWalking, with the ids that its spans have in a collector', () => {
    const b64 = (text: string) => Buffer.from(text).toString('base64')
    const uuid = '56a5e1c519ae4c76a2b8b11d92cead7f'
    const rest = ['shop', 'shop-1', '/cart', '10.0.0.5:80'].map(b64).join('-')
    const sw8 = `1-${b64(`${uuid}.12.16563474296430001`)}-${b64(uuid)}-2-${rest}`
    expect(of({ sw8 })).toEqual({
      traceId: '56a5e1c515ae4c7613e51e7cf616977f',
      spanId: 'f61d50d88b60e109',
      sampled: true,
      traceState: '',
    })
    const dashed = b64('de5980b8-fce3-4a37-aab9-b4ac3af7eedd')
    expect(of({ sw8: `0-${dashed}-${b64(uuid)}-0-${rest}` })).toMatchObject({
      traceId: 'de5980b8fce34a37aab9b4ac3af7eedd',
      sampled: false,
    })
    for (const bad of [
      '',
      '1',
      `2-${dashed}-${dashed}-0-${rest}`,
      `1-${b64('x')}-${dashed}-0-${rest}`,
    ])
      expect(of({ sw8: bad }), bad).toBeUndefined()
  })

  test('prefers traceparent to B3 and falls back when it is malformed', () => {
    const b3 = '80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1'
    expect(of({ traceparent: W3C, b3 })?.spanId).toBe('00f067aa0ba902b7')
    expect(of({ traceparent: 'x', b3 })?.spanId).toBe('e457b5a2e4d86bd1')
  })
})
