import { describe, expect, test } from 'vitest'
import { StartupError } from '../../src/base/errors.ts'
import {
  type HooksWanted,
  type Need,
  planHooks,
  requireHooks,
  seesStates,
  startHooks,
} from '../../src/loader/hook-plan.ts'
import type { KernelFeatures } from '../../src/loader/kernel-features.ts'
import { EVERYTHING } from './features.ts'

function plan(changes: Partial<KernelFeatures> = {}, wanted: HooksWanted = 'auto') {
  return planHooks({ ...EVERYTHING, ...changes }, wanted)
}

function refusals(need: Need, changes: Partial<KernelFeatures>, wanted: HooksWanted = 'auto') {
  const row = plan(changes, wanted).rows.find((one) => one.need === need)!
  return row.alternatives.filter((one) => one !== row.choice).map((one) => one.refusal)
}

const programs = (changes: Partial<KernelFeatures>, wanted: HooksWanted = 'auto') =>
  new Set(startHooks(plan(changes, wanted)).map(({ program }) => program))

describe('the plan', () => {
  test('takes the socket tracepoints where it can', () => {
    expect(plan().family).toBe('socket')
    expect([...programs({})]).toEqual([
      'on_send',
      'on_receive',
      'on_state',
      'on_destroy',
      'on_exec',
      'on_exit',
    ])
  })

  test('does not attach the hooks of loops at the start', () => {
    const { loopHooks } = plan()
    expect(loopHooks.map(({ program }) => program)).toContain('on_epoll_wait')
    for (const { program } of loopHooks) expect(programs({})).not.toContain(program)
  })

  test('takes system calls when they are asked for, exits before entries', () => {
    const hooks = startHooks(plan({}, 'syscall'))
    expect(plan({}, 'syscall').family).toBe('syscall')
    const places = hooks.map(({ tracepoint }) => tracepoint)
    for (const call of ['read', 'write', 'sendto', 'recvmsg', 'sendmmsg', 'readv']) {
      const exit = places.indexOf(`syscalls/sys_exit_${call}`)
      expect(exit).toBeGreaterThanOrEqual(0)
      expect(exit).toBeLessThan(places.indexOf(`syscalls/sys_enter_${call}`))
    }
    expect(places).toContain('syscalls/sys_exit_accept4')
    expect(places).toContain('syscalls/sys_enter_close')
  })

  test('takes system calls on a kernel without socket tracepoints', () => {
    const old = { hasTracepoint: (name: string) => !name.startsWith('sock_') }
    expect(plan(old).family).toBe('syscall')
    expect(refusals('data on sockets', old)[0]).toContain('Linux 6.3')
  })

  test('takes raw tracepoints and system calls when types are out of reach', () => {
    const hidden = { typedTracepoints: false, btf: 'file' as const }
    expect(plan(hidden).family).toBe('syscall')
    expect(programs(hidden)).toContain('on_state_raw')
    expect(programs(hidden)).toContain('on_exec_raw')
    expect(plan(hidden).marker).toBe('')
  })

  test('follows connections by calls when their states are not told', () => {
    const silent = { hasTracepoint: (name: string) => name !== 'inet_sock_set_state' }
    const calls = plan(silent, 'syscall')
    expect(seesStates(calls)).toBe(false)
    expect(seesStates(plan({}, 'syscall'))).toBe(true)
    expect(startHooks(calls).map(({ program }) => program)).toContain('on_connect_exit')
  })

  test('sees loops among all calls where tracefs is not mounted', () => {
    const { loopHooks } = plan({ tracefs: '', hasSystemCallTracepoint: () => false })
    expect(loopHooks.map(({ program }) => program)).toEqual(['on_any_entry', 'on_any_return'])
  })

  test('keeps what sees loops among all calls for a tracefs that is gone later', () => {
    const spare = (features: Parameters<typeof plan>[0]) =>
      plan(features).spareLoopHooks.map(({ program }) => program)
    expect(spare({})).toEqual(['on_any_entry', 'on_any_return'])
    expect(spare({ tracefs: '', hasSystemCallTracepoint: () => false })).toEqual([])
  })

  test('leaves out loop hooks on calls that the kernel has not', () => {
    const { loopHooks } = plan({ hasSystemCallTracepoint: (name) => name !== 'epoll_pwait2' })
    expect(loopHooks.map(({ program }) => program)).not.toContain('on_epoll_pwait2')
  })

  test('gives a reason for each refusal', () => {
    for (const changes of [
      {},
      { tracefs: '' },
      { btf: 'none' as const, typedTracepoints: false },
    ]) {
      for (const { alternatives, choice } of plan(changes).rows) {
        const chosen = alternatives.indexOf(choice!)
        for (const one of alternatives.slice(0, chosen < 0 ? undefined : chosen)) {
          expect(one.refusal).not.toBe('')
        }
      }
    }
    expect(refusals('data on sockets', {}, 'syscall')[0]).toBe('--hooks syscall')
    expect(refusals('data on sockets', { offset: () => undefined }, 'syscall').at(-1)).toContain(
      'task_struct.files',
    )
  })
})

describe('a plan that does not meet a need', () => {
  test('says what to mount when that is all', () => {
    const missing = plan({ tracefs: '' }, 'syscall')
    expect(() => requireHooks(missing)).toThrow(StartupError)
    expect(() => requireHooks(missing)).toThrow(
      expect.objectContaining({
        code: 'NO_TRACEFS',
        remedy: expect.stringContaining('mount -t tracefs'),
      }) as Error,
    )
  })

  test('names what was refused otherwise', () => {
    const missing = plan({ typedTracepoints: false, offset: () => undefined })
    expect(() => requireHooks(missing)).toThrow(/data on sockets.*BTF is out of reach/s)
  })

  test('is not one when everything is there', () => {
    for (const wanted of ['auto', 'socket', 'syscall'] as const) requireHooks(plan({}, wanted))
  })
})
