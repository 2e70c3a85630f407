import { expect, test } from 'vitest'
import { parseCpuList } from '../../src/loader/cpus.ts'

test.each([
  ['0\n', [0]],
  ['0-3\n', [0, 1, 2, 3]],
  ['0,2-3,7\n', [0, 2, 3, 7]],
  ['\n', []],
])('the list of CPUs %j is %j', (text, cpus) => {
  expect(parseCpuList(text)).toEqual(cpus)
})
