import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Condition } from '../../src/cli/host-report.ts'
import { kernelConditions, limitConditions, procCondition } from '../../src/cli/inspect-host.ts'
import { planHooks } from '../../src/loader/hook-plan.ts'
import type { KernelFeatures } from '../../src/loader/kernel-features.ts'
import { isJitOn } from '../../src/loader/limits.ts'
import { ProcFiles } from '../../src/processes/proc-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'underspan-proc-'))
afterAll(() => rmSync(folder, { recursive: true }))

const features: KernelFeatures = {
  release: '6.18.5',
  machine: 'x86_64',
  libbpf: '1.1',
  privileged: true,
  lockdown: 'none',
  btf: 'kernel',
  typedTracepoints: true,
  ringBuffer: true,
  taskStorage: true,
  userFunctions: true,
  socketStorage: true,
  savedRegisters: true,
  tracefs: '/sys/kernel/tracing',
  hasTracepoint: () => true,
  hasSystemCallTracepoint: () => true,
  offset: () => 0,
}

function stateOf(conditions: Condition[], name: string): string | undefined {
  return conditions.find((condition) => condition.name === name)?.state
}

function kernel(changes: Partial<KernelFeatures>, hooks: 'auto' | 'syscall' = 'auto'): Condition[] {
  const changed = { ...features, ...changes }
  return kernelConditions(changed, planHooks(changed, hooks))
}

describe('conditions', () => {
  test('are all met on a good kernel', () => {
    expect(kernel({}).map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
  })

  test.each([
    ['privileges', { privileged: false }],
    ['lockdown', { lockdown: 'confidentiality' }],
    ['kernel types (BTF)', { btf: 'none', typedTracepoints: false }],
  ] as const)('%s are missing with %j, and each says what to do', (name, changes) => {
    const conditions = kernel(changes)
    expect(stateOf(conditions, name)).toBe('missing')
    expect(conditions.filter(({ state, remedy }) => state !== 'ok' && remedy === '')).toEqual([])
  })

  test('lockdown that keeps integrity only is fine', () => {
    expect(stateOf(kernel({ lockdown: 'integrity' }), 'lockdown')).toBe('ok')
  })

  test('tracefs that is not mounted is missing only for hooks that need it', () => {
    const without = { tracefs: '', hasSystemCallTracepoint: () => false }
    expect(stateOf(kernel(without, 'syscall'), 'tracefs')).toBe('missing')
    expect(stateOf(kernel(without), 'tracefs')).not.toBe('missing')
  })

  test('few open files and a JIT that is off are less, not an obstacle', () => {
    const files = (hard: number | 'unlimited') => ({ userLimits: { open_files: { hard } } })
    expect(stateOf(limitConditions(true, files(256)), 'open files')).toBe('less')
    expect(stateOf(limitConditions(true, files('unlimited')), 'open files')).toBe('ok')
    expect(stateOf(limitConditions(false, {}), 'eBPF JIT')).toBe('less')
    expect(stateOf(limitConditions(undefined, {}), 'eBPF JIT')).toBe('ok')
  })

  test('the JIT is read from its switch', () => {
    expect(isJitOn(() => '0\n')).toBe(false)
    expect(isJitOn(() => '1\n')).toBe(true)
    expect(isJitOn(() => '')).toBeUndefined()
  })

  test('/proc counts the processes that can be read, kernel threads left out', () => {
    const add = (pid: number, command: string, program?: string) => {
      mkdirSync(join(folder, String(pid)))
      writeFileSync(join(folder, String(pid), 'cmdline'), command)
      if (program !== undefined) symlinkSync(program, join(folder, String(pid), 'exe'))
    }
    expect(procCondition(new ProcFiles(join(folder, 'nowhere'))).state).toBe('missing')
    add(1, 'init', '/sbin/init')
    add(2, '')
    expect(procCondition(new ProcFiles(folder))).toMatchObject({
      state: 'ok',
      found: '1 of 1 can be read',
    })
    add(3, 'nginx')
    expect(procCondition(new ProcFiles(folder)).state).toBe('less')
  })
})
