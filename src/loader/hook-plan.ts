import { StartupError } from '../base/errors.ts'
import type { KernelFeatures } from './kernel-features.ts'

export type Need = 'data on sockets' | 'connections' | "end of a loop's turn" | 'processes'
export type Family = 'socket' | 'syscall'
export type HooksWanted = 'auto' | Family

/** One way to meet a need. */
export interface Alternative {
  readonly name: string
  /** Programs of the object that it takes. */
  readonly programs: readonly string[]
  /** Why it cannot be used here; '' it can. */
  readonly refusal: string
}

export interface PlanRow {
  readonly need: Need
  /** Best first. */
  readonly alternatives: readonly Alternative[]
  readonly choice: Alternative | undefined
}

/** What will be hooked, and why so: printed by `underspan check`. */
export interface HookPlan {
  readonly family: Family
  readonly rows: readonly PlanRow[]
  /** Attached only while a traced process runs an event loop: they cost every process a little. */
  readonly loopPrograms: readonly string[]
}

const NOT_BUILT = 'not built'

/** Pure: the same features and wish give the same plan. */
export function planHooks(features: KernelFeatures, wanted: HooksWanted): HookPlan {
  const rows = [
    row('data on sockets', dataAlternatives(features, wanted)),
    row('connections', connectionAlternatives(features)),
    row("end of a loop's turn", loopAlternatives(features)),
    row('processes', processAlternatives(features)),
  ]
  const data = rows[0]!.choice
  return {
    family: data?.name.startsWith('system-call') ? 'syscall' : 'socket',
    rows,
    loopPrograms: rows[2]!.choice?.programs ?? [],
  }
}

/** Fails when a need is not met. */
export function requireHooks(plan: HookPlan): void {
  for (const { need, choice, alternatives } of plan.rows) {
    if (choice !== undefined) continue
    const refusals = alternatives.map((one) => `${one.name}: ${one.refusal}`).join('; ')
    const tracefs = alternatives.some((one) => one.refusal === TRACEFS_MISSING)
    throw new StartupError(
      tracefs ? 'NO_TRACEFS' : 'NO_HOOKS',
      `nothing here can be hooked for ${need} (${refusals})`,
      tracefs
        ? 'Mount it: mount -t tracefs tracefs /sys/kernel/tracing'
        : 'See `underspan check`; Linux 6.3 with BTF has all that is needed.',
    )
  }
}

/** Programs that are attached at the start. */
export function startPrograms(plan: HookPlan): string[] {
  const loop = new Set(plan.loopPrograms)
  const all = plan.rows.flatMap((one) => one.choice?.programs ?? [])
  return [...new Set(all)].filter((program) => !loop.has(program))
}

function row(need: Need, alternatives: readonly Alternative[]): PlanRow {
  return { need, alternatives, choice: alternatives.find((one) => one.refusal === '') }
}

const TRACEFS_MISSING = 'tracefs is not mounted'

function dataAlternatives(features: KernelFeatures, wanted: HooksWanted): Alternative[] {
  return [
    {
      name: 'socket tracepoints (sock_send_length, sock_recv_length)',
      programs: ['on_send', 'on_receive'],
      refusal:
        unwanted(wanted, 'socket') ||
        typedRefusal(features, ['sock_send_length', 'sock_recv_length'], '6.3') ||
        (features.socketStorage ? '' : 'no socket storage maps'),
    },
    {
      name: 'fentry or kprobes on tcp_sendmsg, unix_stream_sendmsg, …',
      programs: [],
      refusal: NOT_BUILT,
    },
    {
      name: 'system-call tracepoints',
      programs: [],
      refusal: unwanted(wanted, 'syscall') || NOT_BUILT,
    },
  ]
}

function unwanted(wanted: HooksWanted, family: Family): string {
  return wanted === 'auto' || wanted === family ? '' : `--hooks ${wanted}`
}

function connectionAlternatives(features: KernelFeatures): Alternative[] {
  return [
    {
      name: 'inet_sock_set_state, tcp_destroy_sock',
      programs: ['on_state', 'on_destroy'],
      refusal: typedRefusal(features, ['inet_sock_set_state', 'tcp_destroy_sock'], '5.5'),
    },
  ]
}

/** Each program sees one call; kernels without a call have no tracepoint for it. */
const LOOP_PROGRAMS: readonly (readonly [call: string, programs: readonly string[]])[] = [
  ['epoll_wait', ['on_epoll_wait']],
  ['epoll_pwait', ['on_epoll_pwait']],
  ['epoll_pwait2', ['on_epoll_pwait2']],
  ['io_uring_enter', ['on_io_uring_enter']],
  ['poll', ['on_poll']],
  ['ppoll', ['on_ppoll_entry', 'on_ppoll']],
  ['select', ['on_select_entry', 'on_select']],
  ['pselect6', ['on_pselect6_entry', 'on_pselect6']],
]

function loopAlternatives(features: KernelFeatures): Alternative[] {
  const present = LOOP_PROGRAMS.filter(([call]) => features.hasSystemCallTracepoint(call))
  return [
    { name: 'fexit', programs: [], refusal: NOT_BUILT },
    { name: 'kprobe', programs: [], refusal: NOT_BUILT },
    {
      name: 'tracepoint of each call (sys_exit_epoll_wait, …)',
      programs: present.flatMap(([, programs]) => programs),
      refusal:
        features.tracefs === ''
          ? TRACEFS_MISSING
          : present.length === 0
            ? 'no such tracepoints'
            : '',
    },
    {
      name: 'sys_enter and sys_exit of all calls',
      programs: ['on_any_entry', 'on_any_return'],
      refusal: typedRefusal(features, ['sys_enter', 'sys_exit'], '5.5'),
    },
  ]
}

function processAlternatives(features: KernelFeatures): Alternative[] {
  return [
    {
      name: 'sched_process_exec, sched_process_exit',
      programs: ['on_exec', 'on_exit'],
      refusal: typedRefusal(features, ['sched_process_exec', 'sched_process_exit'], '5.5'),
    },
  ]
}

function typedRefusal(features: KernelFeatures, names: readonly string[], since: string): string {
  if (features.btf === 'none') return 'the kernel has no BTF'
  if (!features.typedTracepoints) return 'the kernel cannot load tp_btf programs'
  const missing = names.find((name) => !features.hasTracepoint(name))
  return missing === undefined ? '' : `no tracepoint ${missing} (Linux ${since})`
}
