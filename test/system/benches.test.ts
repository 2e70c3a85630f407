import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** Each with little to do: what it measures so is worth nothing, but it measures. */
const BENCHES: readonly (readonly [name: string, amount: number, says: RegExp])[] = [
  ['correlate', 2000, /^one loop: 4096 exchanges, 2048 with a parent, median [\d.]+ us/m],
  ['drain', 200_000, /^512 bytes to recording: [\d.]+ million events\/s/m],
  ['spans', 2000, /^slugs: [\d.]+ us a span/m],
  [
    'pipeline',
    20_000,
    /^exported: [\d.]+ us an exchange.*; 23901 spans, \d+ bytes each\nframed: [\d.]+ us/m,
  ],
  ['parse', 500, /^postgresql sessions: \d+ messages\/s/m],
  ['export', 2000, /^OTLP\/gRPC, batches of 2048: [\d.]+ us a span.* exported 2000$/m],
]

test('bench/churn.mjs shows what it found of each series', () => {
  const graph = join(mkdtempSync(join(tmpdir(), 'underspan-test-')), 'churn.svg')
  const flags = ['--minutes', '0.05', '--rate', '100', '--processes', '5', '--idle', '20']
  const command = [join(ROOT, 'bench/churn.mjs'), ...flags, '--graph', graph]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  expect(stdout).toMatch(
    /^\d+ connections, 0 failed: \d+ a second\n\d+ processes, 0 failed\n\d+ spans built/m,
  )
  const series = stdout.match(/^.+: [\d.]+ on average, -?[\d.]+ ± [\d.]+ an hour: (flat|GROWS)$/gm)
  expect(series).toHaveLength(8)
  expect(readFileSync(graph, 'utf8').match(/<polyline/g)).toHaveLength(8)
  rmSync(dirname(graph), { recursive: true })
})

test.each(BENCHES)('bench/%s.mjs still measures what it says', (name, amount, says) => {
  const command = ['--expose-gc', join(ROOT, 'bench', `${name}.mjs`), String(amount)]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: ROOT,
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(0)
  expect(stdout).toMatch(says)
})
