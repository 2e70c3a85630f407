import { describe, expect, test } from 'vitest'
// @ts-expect-error plain JavaScript: it runs before the build
import * as rules from '../../src/cli/source-rules.mjs'

const { functionsOf, medianProblems, sizeProblems, wordProblems } = rules

const body = (lines: number, indent = '  ') => `${indent}work()\n`.repeat(lines)

describe('sizes', () => {
  test('each form of a function is found and measured', () => {
    const text = [
      `function plain(a) {\n${body(1)}}\n`,
      `export async function wide(\n  a,\n  b,\n): Promise<void> {\n${body(1)}}\n`,
      `const arrow = (a) => {\n${body(1)}}\n`,
      `class A {\n  #method(a: string): void {\n${body(1, '    ')}  }\n\n  static async get(\n    a,\n  ) {\n    b()\n  }\n}\n`,
      `if (a) {\n${body(9)}}\n`,
      `if (\n  a &&\n  b\n) {\n${body(9)}}\n`,
      `for (const a of b) {\n${body(9)}}\n`,
    ].join('')
    expect(functionsOf('x.ts', text).map(({ lines }: { lines: number }) => lines)).toEqual([
      3, 6, 3, 3, 5,
    ])
  })

  test('a function of C is found and measured', () => {
    expect(functionsOf('x.c', `int on_x(int a)\n{\n${body(2, '\t')}}\n`)).toEqual([
      { at: 1, lines: 5 },
    ])
  })

  test('a function of 60 lines is fine, one of 61 is not', () => {
    expect(sizeProblems('x.ts', `function a() {\n${body(58)}}\n`)).toEqual([])
    expect(sizeProblems('x.ts', `\nfunction a() {\n${body(59)}}\n`)).toEqual([
      'x.ts:2: a function of 61 lines (at most 60)',
    ])
  })

  test('a file of 500 lines is fine, one of 501 is not', () => {
    expect(sizeProblems('x.ts', 'a\n'.repeat(500))).toEqual([])
    expect(sizeProblems('x.ts', 'a\n'.repeat(501))).toEqual(['x.ts: 501 lines (at most 500)'])
  })

  test('half of the files stay below 120 lines', () => {
    const file = (lines: number) => 'a\n'.repeat(lines)
    expect(medianProblems([file(10), file(120), file(400)])).toEqual([])
    expect(medianProblems([file(10), file(121), file(400)])).toHaveLength(1)
  })
})

describe('words', () => {
  test.each([
    '// TODO: later',
    // Put together, so that no path of a machine stands here.
    `see ${['', 'work', 'here'].join('/')}`,
    '"resolved": "https://registry.example.org/a.tgz"',
    'as issue 12 says',
    'written by Copilot',
  ])('%s is caught', (line) => {
    expect(wordProblems('x.md', `fine\n${line}\n`)[0]).toMatch(/^x\.md:2: /)
  })

  test.each(['mkdtemp /tmp/a-XXXXXX', 'the work/life of a span', 'an issue of trust'])(
    '%s is fine',
    (line) => {
      expect(wordProblems('x.md', line)).toEqual([])
    },
  )
})
