import { describe, expect, test } from 'vitest'
import { bar } from '../../src/export/terminal-bar.ts'
import { count, duration } from '../../src/export/terminal-numbers.ts'
import { ASCII, UNICODE } from '../../src/export/terminal-style.ts'
import { cell, safe, shorten, widthOf } from '../../src/export/terminal-text.ts'

describe('the room a text takes', () => {
  const rows: [string, number][] = [
    ['', 0],
    ['GET /', 5],
    ['größe', 5],
    ['注文', 4],
    ['e\u0301', 1],
    ['🛒x', 3],
    ['ｆ', 2],
    ['한글', 4],
  ]
  for (const [text, width] of rows)
    test(`of '${text}' is ${width}`, () => {
      expect(widthOf(text)).toBe(width)
    })

  test('is what it was cut or filled to, also where a wide character does not fit', () => {
    for (const text of ['GET /cart/{id}', '注文サービス', 'aあbいcう'])
      for (let width = 1; width < 20; width++) {
        expect(widthOf(cell(text, width))).toBe(width)
        expect(widthOf(cell(text, width, 'right'))).toBe(width)
        expect(widthOf(shorten(text, width))).toBeLessThanOrEqual(width)
      }
    expect(shorten('GET /cart', 6)).toBe('GET /…')
  })
})

test('a text obeyed by terminals is made harmless', () => {
  expect(safe('a\u001b[31mb\u0007\r\n\u202ec\u009b0m\ud800')).toBe('a·[31mb····c·0m·')
  expect(safe('GET /größe/注文')).toBe('GET /größe/注文')
})

test('a duration has three digits that mean something', () => {
  const rows: [number, string][] = [
    [0, '0 µs'],
    [0.0004, '0 µs'],
    [0.85, '850 µs'],
    [0.9996, '1.00 ms'],
    [1.236, '1.24 ms'],
    [9.996, '10.0 ms'],
    [88.24, '88.2 ms'],
    [99.96, '100 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [3410, '3.41 s'],
    [119_000, '119 s'],
    [123_000, '2m 03s'],
    [3_599_600, '60m 00s'],
    [7_260_000, '2h 01m'],
    [86_400_000 * 3, '72h 00m'],
  ]
  for (const [ms, text] of rows) expect(duration(ms)).toBe(text)
})

test('a count has its thousands and its plural', () => {
  expect([count(1, 'span'), count(0, 'span'), count(1234567, 'span')]).toEqual([
    '1 span',
    '0 spans',
    '1,234,567 spans',
  ])
})

describe('a bar', () => {
  const whole = { from: 100, to: 200 }
  const draw = (from: number, to: number) => bar({ from, to }, whole, 10, UNICODE)

  test('is where its stretch is, to half a cell', () => {
    expect(draw(100, 200)).toBe('██████████')
    expect(draw(100, 150)).toBe('█████     ')
    expect(draw(145, 200)).toBe('    ▐█████')
    expect(draw(125, 175)).toBe('  ▐████▌  ')
    expect(draw(130, 135)).toBe('   ▌      ')
    expect(draw(135, 140)).toBe('   ▐      ')
    expect(draw(130, 140)).toBe('   █      ')
  })

  test('shows also what is too short to see', () => {
    expect(draw(100, 100)).toBe('▏         ')
    expect(draw(200, 200)).toBe('         ▐')
    expect(draw(150, 150.1)).toBe('     ▏    ')
  })

  test('stays in its room whatever clocks say, and fills it if all took no time', () => {
    for (const [from, to] of [
      [0, 1000],
      [300, 400],
      [200, 100],
      [-5, 105],
    ] as const)
      expect(widthOf(draw(from, to))).toBe(10)
    expect(bar({ from: 5, to: 5 }, { from: 5, to: 5 }, 4, UNICODE)).toBe('████')
  })

  test('is drawn of plain letters where there are no others', () => {
    expect(bar({ from: 125, to: 175 }, whole, 10, ASCII)).toBe('  ======  ')
  })
})
