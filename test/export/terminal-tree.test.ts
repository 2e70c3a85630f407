import { expect, test } from 'vitest'
import { UNICODE } from '../../src/export/terminal-style.ts'
import { rowsOf } from '../../src/export/terminal-tree.ts'
import { type SpanOptions, span } from './spans.ts'

function draw(spans: readonly SpanOptions[]): string[] {
  const made = spans.map((options) => span({ trace: 'a', ...options }))
  return rowsOf(made, UNICODE).map((row) => row.guide + row.span.name)
}

const CALLS: readonly SpanOptions[] = [
  { id: '1', name: 'root', start: 0 },
  { id: '2', parent: '1', kind: 'client', name: 'call a', start: 1 },
  { id: '3', parent: '2', name: 'serve a', start: 2 },
  { id: '4', parent: '3', kind: 'client', name: 'call c', start: 3 },
  { id: '5', parent: '4', name: 'serve c', start: 4 },
  { id: '6', parent: '1', kind: 'client', name: 'call b', start: 5 },
  { id: '7', parent: '6', name: 'serve b', start: 6 },
]
const DRAWN = [
  'root',
  '├→ call a',
  '│  serve a',
  '│  ╰→ call c',
  '│     serve c',
  '╰→ call b',
  '   serve b',
]

test('the server span stands right below the client span that called it', () => {
  expect(draw(CALLS)).toEqual(DRAWN)
})

test('the order in which spans arrive changes nothing', () => {
  expect(draw(CALLS.toReversed())).toEqual(DRAWN)
  expect(draw([3, 0, 6, 1, 5, 2, 4].map((i) => CALLS[i]!))).toEqual(DRAWN)
})

test('spans whose parent is not there stand apart and are marked', () => {
  expect(draw([{ id: '9', parent: '8', name: 'lost', start: 0 }, ...CALLS.slice(0, 1)])).toEqual([
    'root',
    '⋯ lost',
  ])
})

test('a call of its own begins with its arrow', () => {
  const call: SpanOptions = { id: '1', kind: 'client', name: 'call' }
  expect(draw([call, { id: '2', parent: '1', name: 'serve' }])).toEqual(['→ call', '  serve'])
})

test('parents that go round in a circle end', () => {
  const circle: SpanOptions[] = [
    { id: '1', parent: '2', name: 'a' },
    { id: '2', parent: '1', name: 'b' },
    { id: '3', parent: '3', name: 'self' },
  ]
  expect(draw(circle)).toEqual(['⋯ self'])
})

test('a chain of 20,000 calls is no problem', () => {
  const chain = Array.from({ length: 20_000 }, (_, i): SpanOptions => {
    const kind = i % 2 === 0 ? 'client' : 'server'
    return { id: (i + 1).toString(16), kind, ...(i > 0 ? { parent: i.toString(16) } : {}) }
  })
  expect(draw(chain).length).toBe(20_000)
})
