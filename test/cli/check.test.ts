import { describe, expect, test } from 'vitest'
import type { HostReport } from '../../src/cli/host-report.ts'
import { commandLine } from '../support/command-line.ts'

const host: HostReport = {
  system: 'Linux 6.18.5, x86_64, 2 CPUs',
  conditions: [
    { name: 'privileges', state: 'ok', found: 'root', remedy: '' },
    { name: 'tracefs', state: 'ok', found: 'mounted at /sys/kernel/tracing', remedy: '' },
  ],
  needs: [
    {
      name: 'data on sockets',
      required: true,
      alternatives: [
        { name: 'socket', state: 'taken', note: 'sock_send_length, sock_recv_length' },
        { name: 'syscall', state: 'works', note: 'tracepoints of 10 system calls' },
      ],
    },
    {
      name: 'processes',
      required: false,
      alternatives: [{ name: 'sched', state: 'refused', note: 'no tracepoint sched_process_exec' }],
    },
  ],
  programs: [
    { name: 'on_send', verified: 102_551 },
    { name: 'on_exit', verified: 0 },
  ],
}

describe('check', () => {
  test('prints conditions, each alternative with its reason, and the verdict in its last line', async () => {
    const { code, out } = await commandLine(['check'], { host })
    expect(code).toBe(0)
    expect(out).toBe(`Linux 6.18.5, x86_64, 2 CPUs

Conditions
  + privileges            root.
  + tracefs               mounted at /sys/kernel/tracing.

Hooks, best first
  data on sockets
    + socket                      taken: sock_send_length, sock_recv_length
      syscall                     would work: tracepoints of 10 system calls
  processes: nothing works; it does without
    - sched                       refused: no tracepoint sched_process_exec

Programs that the verifier took, with the instructions that it looked at (its limit is a million)
  on_send                 102,551
  on_exit                 taken

Verdict: underspan runs here.
`)
  })

  test('exits with 2 and says what to do when a condition is not met', async () => {
    const conditions = [
      {
        name: 'libbpf',
        state: 'missing' as const,
        found: 'not found',
        remedy: 'apt-get install libbpf1',
      },
    ]
    const { code, out } = await commandLine(['check'], { host: { ...host, conditions } })
    expect(code).toBe(2)
    expect(out).toContain('- libbpf                not found. To do: apt-get install libbpf1')
    expect(out).toMatch(/Verdict: underspan cannot run here; the lines marked - say why\.\n$/)
  })

  test('exits with 2 when a need that it cannot do without has no hook', async () => {
    const needs = [{ name: 'data on sockets', required: true, alternatives: [] }]
    const { code, out } = await commandLine(['check'], { host: { ...host, needs } })
    expect(code).toBe(2)
    expect(out).toContain('data on sockets: nothing works, and it cannot do without')
  })

  test('says that it runs with less', async () => {
    const conditions = [{ name: 'memory', state: 'less' as const, found: '64 kB', remedy: '' }]
    const { code, out } = await commandLine(['check'], { host: { ...host, conditions } })
    expect(code).toBe(0)
    expect(out).toContain('Verdict: underspan runs here, with less; the lines marked ~ say what.')
  })

  test('names the settings in force and where they come from', async () => {
    const { out } = await commandLine(['check', '--hooks', 'syscall'], {
      host,
      env: { UNDERSPAN_BTF: '/a' },
    })
    expect(out).toMatch(
      /^Settings not at their default: btf \(UNDERSPAN_BTF\), hooks \(--hooks\)$/m,
    )
  })
})
