import { describe, expect, test } from 'vitest'
import { globMatches } from '../../src/base/glob.ts'
import type { Selection } from '../../src/config/config.ts'
import { namesAny, selects } from '../../src/processes/selection.ts'
import { aProcess } from '../support/a-process.ts'

const NOTHING: Selection = { ports: [], pids: [], executables: [], commands: [], containers: [] }
const shop = aProcess({
  tgid: 7,
  executable: '/usr/bin/python3.11',
  command: ['python3', '/srv/shop.py', '--port', '80'],
  containerId: 'b78cb4b4b2f3bb0b',
  podUid: '7b3f6d9c-1c2d-4e5f-8a9b-0c1d2e3f4a5b',
  serviceName: 'cart',
  serviceNameFrom: 'container',
})

const MATCHING: [what: string, selection: Partial<Selection>][] = [
  ['its pid', { pids: [1, 7] }],
  ['the name of its executable', { executables: ['python3.11'] }],
  ['the name that it was started by', { executables: ['python3'] }],
  ['a pattern for the name', { executables: ['python*'] }],
  ['a pattern for the path', { executables: ['/usr/bin/*'] }],
  ['its command line', { commands: ['*shop.py*'] }],
  ['the start of its container id', { containers: ['b78cb4'] }],
  ['its pod', { containers: ['7b3f6d9c-1c2d-4e5f-8a9b-0c1d2e3f4a5b'] }],
  ['the name of its container', { containers: ['car*'] }],
  ['any one of several criteria', { pids: [1], executables: ['nginx'], commands: ['python3 *'] }],
]

const OTHERS: [what: string, selection: Partial<Selection>][] = [
  ['another pid', { pids: [8] }],
  ['another name', { executables: ['python'] }],
  ['a path that is only part of its own', { executables: ['/bin/python3.11'] }],
  ['part of the command line', { commands: ['shop.py'] }],
  ['another container', { containers: ['78cb'] }],
]

describe('selection', () => {
  test('of everything names nothing', () => {
    expect(namesAny(NOTHING)).toBe(false)
  })

  test.each([...MATCHING, ['a port', { ports: [5432] }] as const])(
    'by %s names what it takes',
    (_what, selection) => {
      expect(namesAny({ ...NOTHING, ...selection })).toBe(true)
    },
  )
})

test('of a process that was gone before it could be read goes by its name', () => {
  const gone = aProcess({ executable: '', command: [], comm: 'curl' })
  for (const selection of [{ commands: ['*curl*'] }, { executables: ['curl'] }])
    expect(selects(gone, NOTHING, { ...NOTHING, ...selection })).toBe(false)
  expect(selects(gone, NOTHING, { ...NOTHING, commands: ['curl *'] })).toBe(true)
})

describe('selection of processes', () => {
  test('takes everything when nothing is asked for', () => {
    expect(selects(shop, NOTHING, NOTHING)).toBe(true)
  })

  test('leaves ports to be decided per socket', () => {
    expect(selects(shop, { ...NOTHING, ports: [80] }, { ...NOTHING, ports: [80] })).toBe(true)
  })

  for (const [what, selection] of MATCHING) {
    test(`takes a process by ${what}, and leaves it out by the same`, () => {
      expect(selects(shop, { ...NOTHING, ...selection }, NOTHING)).toBe(true)
      expect(selects(shop, NOTHING, { ...NOTHING, ...selection })).toBe(false)
      expect(selects(shop, { ...NOTHING, pids: [7] }, { ...NOTHING, ...selection })).toBe(false)
    })
  }

  for (const [what, selection] of OTHERS) {
    test(`does not take it by ${what}`, () => {
      expect(selects(shop, { ...NOTHING, ...selection }, NOTHING)).toBe(false)
      expect(selects(shop, NOTHING, { ...NOTHING, ...selection })).toBe(true)
    })
  }

  test('knows no container of a process outside of any', () => {
    const outside = aProcess({ containerId: '' })
    expect(selects(outside, { ...NOTHING, containers: ['*'] }, NOTHING)).toBe(false)
  })
})

describe('glob', () => {
  const CASES: [pattern: string, text: string, matches: boolean][] = [
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abbd', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['/health*', '/healthz/ready', true],
    ['*.html', '/a/b.html', true],
    ['a.c', 'abc', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['**', 'x', true],
    ['ab', 'abab', false],
    ['*ab', 'abab', true],
  ]
  for (const [pattern, text, matches] of CASES) {
    test(`"${pattern}" ${matches ? 'covers' : 'does not cover'} "${text}"`, () => {
      expect(globMatches(pattern, text)).toBe(matches)
    })
  }

  test('is not slowed down by many stars', () => {
    const pattern = '*a'.repeat(40)
    expect(globMatches(pattern, `${'a'.repeat(20_000)}b`)).toBe(false)
  })
})
