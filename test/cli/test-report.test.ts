import { describe, expect, test } from 'vitest'
// @ts-expect-error plain JavaScript: it runs before the compiler is installed
import { afterAnotherRun, countTests, failedFiles } from '../../src/cli/test-report.mjs'

function report(statuses: readonly string[], file = { status: 'passed', message: '' }) {
  const assertionResults = statuses.map((status, i) => ({ status, fullName: `test ${i}` }))
  return { testResults: [{ name: 'some.test.ts', assertionResults, ...file }] }
}

describe('the count of tests', () => {
  test('is of those that passed and failed', () => {
    expect(countTests(report(['passed', 'failed', 'passed']), 1, false)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 0,
      failures: ['test 1'],
    })
  })

  test('takes a test that did not run as skipped', () => {
    const { failed, skipped } = countTests(report(['passed', 'pending', 'todo']), 0, false)
    expect([failed, skipped]).toEqual([0, 2])
  })

  test('takes a test that did not run as failed where every test has to run', () => {
    expect(countTests(report(['passed', 'pending']), 0, true)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
      failures: ['test 1: did not run'],
    })
  })

  test('takes a file that could not be loaded as a failure', () => {
    const broken = report([], { status: 'failed', message: 'Cannot find module\nat …' })
    expect(countTests(broken, 1, false).failures).toEqual(['some.test.ts: Cannot find module'])
  })

  test('takes a bad end without a failed test as a failure', () => {
    expect(countTests(report(['passed']), 1, false).failures).toEqual(['vitest ended with 1'])
  })

  test('is of the second run where a file was run again', () => {
    const first = {
      testResults: [
        ...report(['passed', 'failed'], { status: 'failed', message: '' }).testResults,
        { ...report(['passed']).testResults[0], name: 'other.test.ts' },
      ],
    }
    expect(failedFiles(first)).toEqual(['some.test.ts'])
    const again = afterAnotherRun(first, report(['passed', 'passed']))
    expect(countTests(again, 0, true)).toMatchObject({ passed: 3, failed: 0 })
    const worse = afterAnotherRun(first, report(['failed', 'failed']))
    expect(countTests(worse, 1, true)).toMatchObject({ passed: 1, failed: 2 })
  })

  test('takes a missing report as a failure', () => {
    expect(countTests(undefined, 0, false).failed).toBe(1)
  })
})
