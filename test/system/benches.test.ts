import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** Each with little to do: what it measures so is worth nothing, but it measures. */
const BENCHES: readonly (readonly [name: string, amount: number, says: RegExp])[] = [
  ['correlate', 2000, /^one loop: 4096 exchanges, 2048 with a parent, median [\d.]+ us/m],
  ['drain', 200_000, /^512 bytes to recording: [\d.]+ million events\/s/m],
  ['spans', 2000, /^slugs: [\d.]+ us a span/m],
  ['parse', 500, /^postgresql sessions: \d+ messages\/s/m],
  ['export', 2000, /^OTLP\/gRPC, batches of 2048: [\d.]+ us a span.* exported 2000$/m],
]

test.each(BENCHES)('bench/%s.mjs still measures what it says', (name, amount, says) => {
  const command = ['--expose-gc', join(ROOT, 'bench', `${name}.mjs`), String(amount)]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: ROOT,
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(0)
  expect(stdout).toMatch(says)
})
