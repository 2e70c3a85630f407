import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
// @ts-expect-error plain JavaScript: it runs before the compiler is installed
import { installPackages } from '../../src/cli/apt.mjs'

let folder: string
let policy: string
let seen: { args: string[]; policy: string; mode: number }[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'underspan-apt-'))
  policy = join(folder, 'policy-rc.d')
  seen = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** An apt-get that only looks at what it finds. */
function apt(status: number) {
  return (args: string[]) => {
    seen.push({
      args,
      policy: readFileSync(policy, 'utf8'),
      mode: statSync(policy).mode & 0o777,
    })
    return { status, output: 'no such package' }
  }
}

describe('packages', () => {
  test('are installed while no service may start', () => {
    installPackages(['nginx-light'], policy, apt(0))
    expect(seen.map(({ args }) => args.slice(0, 1))).toEqual([['update'], ['install']])
    expect(seen[1]!.args).toContain('nginx-light')
    for (const { policy, mode } of seen) {
      expect(policy).toBe('#!/bin/sh\nexit 101\n')
      expect(mode).toBe(0o755)
    }
    expect(existsSync(policy)).toBe(false)
  })

  test('leave the policy of the machine as it was', () => {
    writeFileSync(policy, '#!/bin/sh\nexit 0\n')
    chmodSync(policy, 0o700)
    installPackages(['nginx-light'], policy, apt(0))
    expect(readFileSync(policy, 'utf8')).toBe('#!/bin/sh\nexit 0\n')
    expect(statSync(policy).mode & 0o777).toBe(0o700)
  })

  test('that cannot be installed are an error that shows why, the policy restored', () => {
    expect(() => installPackages(['nothing'], policy, apt(100))).toThrow(/no such package/)
    expect(existsSync(policy)).toBe(false)
  })
})
