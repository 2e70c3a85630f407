import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UNPARENTED_REASONS } from '../../src/correlation/place.ts'
import { whyItBeginsHere } from '../../src/export/terminal-reasons.ts'
import { ASCII, Style, UNICODE } from '../../src/export/terminal-style.ts'
import { widthOf } from '../../src/export/terminal-text.ts'
import { type Look, renderTrace } from '../../src/export/terminal-trace.ts'
import { DEMO } from './demo-traces.ts'
import { type SpanOptions, span } from './spans.ts'

const zone = process.env.TZ
beforeAll(() => {
  process.env.TZ = 'UTC'
})
afterAll(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

function look(columns: number, color = false): Look {
  return { style: new Style(color), glyphs: UNICODE, columns }
}

/** As a terminal shows it: without its colours. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are
  return text.replace(/\u001b\[[\d;]*m/g, '')
}

describe('a trace', () => {
  test('at 80 columns', () => {
    expect(renderTrace(DEMO.checkout!, '', look(80))).toBe(`
11:06:40.000  8 spans · from outside            4bf92f3577b34da6a3ce929d0e0e4736
nginx    GET /checkout                        142 ms  ██████████████████ 502
nginx    ╰→ GET /checkout                     140 ms  ██████████████████ 502
shop        GET /checkout                     138 ms  █████████████████▌ 502
shop        ├→ GET /stock/{id}               12.1 ms  ▐█                 200
stock       │  GET /stock/{id}               10.2 ms  ▐█                 200
shop        ╰→ POST /charge                   121 ms    ▐██████████████▌ 500
payments       POST /charge                   119 ms    ▐██████████████▌ 500
payments       ╰→ POST api.bank.example:443   100 ms    ▐████████████▌   timeout
`)
  })

  test('of one span is one line with the reason beside it', () => {
    expect(renderTrace(DEMO.health!, '', look(80))).toBe(
      '11:06:40.160  stock GET /health                       420 µs  200  from outside\n',
    )
  })

  test('in plain letters holds no other', () => {
    const text = renderTrace(DEMO.checkout!, '', { ...look(80), glyphs: ASCII })
    expect(text).toMatch(/^[\x20-\x7e\n]*$/)
  })

  for (const columns of [20, 40, 60, 80, 100, 160, 300])
    test(`is never wider than a terminal of ${columns} columns`, () => {
      for (const spans of Object.values(DEMO))
        for (const line of renderTrace(spans, '', look(columns)).split('\n'))
          expect(widthOf(line)).toBeLessThanOrEqual(Math.max(columns, 50))
    })

  test('says the same with colour as without, and every colour ends on its line', () => {
    for (const spans of Object.values(DEMO)) {
      const colored = renderTrace(spans, '', look(100, true))
      expect(plain(colored)).toBe(renderTrace(spans, '', look(100)))
      for (const line of colored.split('\n'))
        expect(line.split('\u001b[0m').length).toBe(Math.ceil(line.split('\u001b[').length / 2))
    }
  })

  test('shows errors in red, and nothing else in red', () => {
    expect(renderTrace(DEMO.checkout!, '', look(80, true))).toContain('\u001b[31mtimeout\u001b[0m')
    expect(renderTrace(DEMO.fanOut!, '', look(80, true))).not.toContain('\u001b[31m')
  })

  test('of a thousand spans shows the first and says how many more', () => {
    const many = Array.from(
      { length: 1000 },
      (_, i): SpanOptions => ({ id: `${i + 1}`, start: i, ...(i > 0 ? { parent: '1' } : {}) }),
    )
    const lines = renderTrace(
      many.map((options) => span({ trace: 'a', ...options })),
      '',
      look(80),
    ).split('\n')
    expect(lines.length).toBeLessThan(50)
    expect(lines.at(-2)).toBe('⋯ and 960 more spans')
  })

  test('with names that a terminal would obey does not obey', () => {
    const evil = [
      span({ trace: 'a', id: '1', name: 'GET /\u001b]0;x\u0007', service: '\u001b[2Jshop' }),
      span({ trace: 'a', id: '2', parent: '1', name: 'a\nb', error: '\u001b[31m' }),
    ]
    const text = renderTrace(evil, '', look(80))
    expect(text).toMatch(/^[^\p{Cc}]*$/mu)
    expect(text.split('\n').length).toBe(5)
  })

  test('deeper than the terminal is wide keeps its names readable', () => {
    const deep = Array.from(
      { length: 30 },
      (_, i): SpanOptions => ({
        id: (i + 1).toString(16),
        name: `step ${i}`,
        ...(i > 0 ? { parent: i.toString(16) } : {}),
      }),
    )
    const text = renderTrace(
      deep.map((one) => span({ trace: 'a', ...one })),
      '',
      look(80),
    )
    for (let i = 0; i < 30; i++) expect(text).toContain(`step ${i}`)
  })
})

describe('the reason', () => {
  test('is said in plain words for each that there is', () => {
    const said = UNPARENTED_REASONS.map((reason) => whyItBeginsHere(span({ reason })))
    expect(new Set(said).size).toBe(UNPARENTED_REASONS.length)
    for (const words of said) expect(words).toMatch(/^[a-z ]{8,26}$/)
  })

  test('of a trace that a header continues is that', () => {
    expect(whyItBeginsHere(span({ parent: '1', remote: true }))).toBe('continues a trace')
    expect(whyItBeginsHere(span({ parent: '1' }))).toBe('')
  })
})
