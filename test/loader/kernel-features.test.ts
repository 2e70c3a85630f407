import { describe, expect, test } from 'vitest'
import {
  isPrivileged,
  type KernelFeatures,
  parseLockdown,
  requireAccess,
} from '../../src/loader/kernel-features.ts'
import { EVERYTHING } from './features.ts'

describe('lockdown', () => {
  test.each([
    ['none [integrity] confidentiality\n', 'integrity'],
    ['none integrity [confidentiality]\n', 'confidentiality'],
    ['[none] integrity confidentiality\n', 'none'],
    ['', 'none'],
  ])('is read from %j', (text, mode) => {
    expect(parseLockdown(text)).toBe(mode)
  })
})

describe('privileges', () => {
  const bit = (capability: number) => 1n << BigInt(capability)
  test.each([
    ['CAP_SYS_ADMIN', bit(21), true],
    ['CAP_BPF with CAP_PERFMON', bit(39) | bit(38), true],
    ['CAP_BPF alone', bit(39), false],
    ['CAP_NET_ADMIN', bit(12), false],
    ['nothing', 0n, false],
  ])('%s', (_name, capabilities, enough) => {
    expect(isPrivileged(capabilities)).toBe(enough)
  })
})

describe('access', () => {
  test.each<[string, Partial<KernelFeatures>, string]>([
    ['NOT_PERMITTED', { privileged: false }, 'root'],
    ['LOCKED_DOWN', { lockdown: 'confidentiality' }, 'lockdown='],
    ['NO_BTF', { btf: 'none' }, '--btf'],
    ['KERNEL_TOO_OLD', { ringBuffer: false }, '5.15'],
    ['NO_HOOKS', { machine: 'aarch64' }, 'x86-64'],
  ])('is refused with %s for %j, and the remedy says what to do', (code, changes, remedy) => {
    expect(() => requireAccess({ ...EVERYTHING, ...changes })).toThrow(
      expect.objectContaining({ code, remedy: expect.stringContaining(remedy) }) as Error,
    )
  })

  test('is granted to root on a good kernel, lockdown for integrity included', () => {
    requireAccess(EVERYTHING)
    requireAccess({ ...EVERYTHING, lockdown: 'integrity' })
  })
})
