// What vitest's JSON report amounts to.

/**
 * Passed, failed and skipped tests of one project. A file that could not be loaded, and a run that
 * ended badly without a failed test, count as one failure each; where `skippedFails`, so does a
 * test that did not run.
 */
export function countTests(report, status, skippedFails) {
  if (report === undefined)
    return { passed: 0, failed: 1, skipped: 0, failures: ['vitest left no report'] }
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const passed = tests.filter((test) => test.status === 'passed').length
  const unrun = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed')
  const failures = failuresOf(report)
  if (skippedFails) failures.push(...unrun.map((test) => `${test.fullName}: did not run`))
  if (failures.length === 0 && status !== 0) failures.push(`vitest ended with ${status}`)
  return { passed, failed: failures.length, skipped: skippedFails ? 0 : unrun.length, failures }
}

/** Names of the files in which something failed. */
export function failedFiles(report) {
  return report.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name)
}

/** The report as it is after some of its files were run again: what they gave then counts. */
export function afterAnotherRun(report, again) {
  const names = new Set(again.testResults.map(({ name }) => name))
  const others = report.testResults.filter(({ name }) => !names.has(name))
  return { ...report, testResults: [...others, ...again.testResults] }
}

export function failuresOf(report) {
  return report.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter((test) => test.status === 'failed')
    if (failed.length > 0) return failed.map((test) => `${test.fullName}`)
    return file.status === 'failed' ? [`${file.name}: ${firstLine(file.message)}`] : []
  })
}

function firstLine(text = '') {
  return text.split('\n')[0]
}
