import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { standardError } from '../../src/telemetry/standard-error.ts'

test('what is said to a file is in it at once', () => {
  const path = join(tmpdir(), `underspan-said-${process.pid}`)
  const fd = openSync(path, 'w')
  const say = standardError(fd)
  say('one\n')
  say('two\n')
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n')
  closeSync(fd)
  rmSync(path)
})

test('what cannot be said ends nobody', () => {
  const path = join(tmpdir(), `underspan-unsaid-${process.pid}`)
  const fd = openSync(path, 'w+')
  rmSync(path)
  const say = standardError(fd)
  closeSync(fd)
  const reading = openSync('/proc/self/cmdline', 'r') // the number is taken again, and cannot be written
  expect(reading).toBe(fd)
  say('nobody hears this\n')
  closeSync(reading)
})
