import { appendFileSync } from 'node:fs'

/** Set by `npm test`, and no setting of the agents that inherit it: a file that has a line after any wrong parent. A test file that told one is not run again. */
const NOTED_IN = 'TEST_LIES'

/** Returns what it gets. */
export function noteLies<T>(lies: readonly T[]): readonly T[] {
  const path = process.env[NOTED_IN]
  if (path !== undefined && lies.length > 0) appendFileSync(path, `${String(lies[0])}\n`)
  return lies
}
