import { StartupError } from '../base/errors.ts'
import { CALL_LIFE_HOOKS, DATA_CALL_HOOKS, type Hook, LOOP_HOOKS, ofSection } from './hooks.ts'
import type { KernelFeatures } from './kernel-features.ts'
import { findMemberOffsets } from './member-offsets.ts'

export type Need = 'data on sockets' | 'connections' | "end of a loop's turn" | 'processes'
export type Family = 'socket' | 'syscall'
export type HooksWanted = 'auto' | Family

/** One way to meet a need. */
export interface Alternative {
  readonly name: string
  /** In the order in which they are attached. */
  readonly hooks: readonly Hook[]
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
  /** Marks the Unix sockets that are older than the agent; '' cannot be run here: they all count as old. */
  readonly marker: string
  /** Attached only while a traced process runs an event loop: they cost every process a little. */
  readonly loopHooks: readonly Hook[]
  /** In their place should they not attach after all (tracefs unmounted since the start); may be none. */
  readonly spareLoopHooks: readonly Hook[]
}

const NOT_BUILT = 'not built'
const TRACEFS_MISSING = 'tracefs is not mounted'

/** Pure: the same features and wish give the same plan. */
export function planHooks(features: KernelFeatures, wanted: HooksWanted): HookPlan {
  const data = row('data on sockets', dataAlternatives(features, wanted))
  const family = data.choice?.hooks === DATA_CALL_HOOKS ? 'syscall' : 'socket'
  const loop = row("end of a loop's turn", loopAlternatives(features))
  return {
    family,
    rows: [
      data,
      row('connections', connectionAlternatives(features, family)),
      loop,
      row('processes', processAlternatives(features)),
    ],
    marker: features.typedTracepoints && features.taskStorage ? 'mark_old_sockets' : '',
    loopHooks: loop.choice?.hooks ?? [],
    spareLoopHooks: loop.alternatives.filter((one) => one.refusal === '')[1]?.hooks ?? [],
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

/** What is attached at the start, in this order. */
export function startHooks(plan: HookPlan): Hook[] {
  return plan.rows.flatMap((one) =>
    one.choice?.hooks === plan.loopHooks ? [] : (one.choice?.hooks ?? []),
  )
}

/** Whether the kernel tells when TCP connections change their state. */
export function seesStates(plan: HookPlan): boolean {
  return startHooks(plan).some(
    ({ program }) => program === 'on_state' || program === 'on_state_raw',
  )
}

function row(need: Need, alternatives: readonly Alternative[]): PlanRow {
  return { need, alternatives, choice: alternatives.find((one) => one.refusal === '') }
}

function dataAlternatives(features: KernelFeatures, wanted: HooksWanted): Alternative[] {
  return [
    {
      name: 'socket tracepoints (sock_send_length, sock_recv_length)',
      hooks: ofSection('on_send', 'on_receive'),
      refusal:
        unwanted(wanted, 'socket') ||
        typedRefusal(features, ['sock_send_length', 'sock_recv_length'], '6.3') ||
        (features.socketStorage ? '' : 'no socket storage maps'),
    },
    {
      name: 'fentry or kprobes on tcp_sendmsg, unix_stream_sendmsg, …',
      hooks: [],
      refusal: NOT_BUILT,
    },
    {
      name: 'system-call tracepoints (read, write, send…, recv…, readv, writev)',
      hooks: DATA_CALL_HOOKS,
      refusal: unwanted(wanted, 'syscall') || callRefusal(features) || offsetRefusal(features),
    },
  ]
}

function unwanted(wanted: HooksWanted, family: Family): string {
  return wanted === 'auto' || wanted === family ? '' : `--hooks ${wanted}`
}

/** Of Unix sockets the calls alone tell; so with hooks on calls these come with either alternative. */
function connectionAlternatives(features: KernelFeatures, family: Family): Alternative[] {
  const calls = family === 'syscall' ? CALL_LIFE_HOOKS : []
  const names = ['inet_sock_set_state', 'tcp_destroy_sock']
  return [
    {
      name: 'inet_sock_set_state, tcp_destroy_sock',
      hooks: [...ofSection('on_state', 'on_destroy'), ...calls],
      refusal: typedRefusal(features, names, '5.5'),
    },
    {
      name: 'the same without types',
      hooks: [...ofSection('on_state_raw', 'on_destroy_raw'), ...calls],
      refusal: rawRefusal(features, names),
    },
    {
      name: 'system calls socket, connect, accept, close',
      hooks: calls,
      refusal: family === 'syscall' ? callRefusal(features) : 'only with hooks on system calls',
    },
  ]
}

function loopAlternatives(features: KernelFeatures): Alternative[] {
  const present = LOOP_HOOKS.filter(({ call }) => features.hasSystemCallTracepoint(call))
  const registers = features.savedRegisters ? '' : 'no saved registers (Linux 5.15)'
  const tracepoints = present.length === 0 ? 'no such tracepoints' : ''
  return [
    { name: 'fexit', hooks: [], refusal: NOT_BUILT },
    { name: 'kprobe', hooks: [], refusal: NOT_BUILT },
    {
      name: 'tracepoint of each call (sys_exit_epoll_wait, …)',
      hooks: present.flatMap(({ hooks }) => hooks),
      refusal: (features.tracefs === '' ? TRACEFS_MISSING : '') || registers || tracepoints,
    },
    {
      name: 'sys_enter and sys_exit of all calls',
      hooks: ofSection('on_any_entry', 'on_any_return'),
      refusal: registers || typedRefusal(features, ['sys_enter', 'sys_exit'], '5.5'),
    },
  ]
}

function processAlternatives(features: KernelFeatures): Alternative[] {
  const names = ['sched_process_exec', 'sched_process_exit']
  return [
    {
      name: 'sched_process_exec, sched_process_exit',
      hooks: ofSection('on_exec', 'on_exit'),
      refusal: typedRefusal(features, names, '5.5'),
    },
    {
      name: 'the same without types',
      hooks: ofSection('on_exec_raw', 'on_exit_raw'),
      refusal: rawRefusal(features, names),
    },
  ]
}

function typedRefusal(features: KernelFeatures, names: readonly string[], since: string): string {
  if (features.btf === 'none') return 'the kernel has no BTF'
  if (!features.typedTracepoints) return "the kernel's own BTF is out of reach"
  return absent(features, names, since)
}

function rawRefusal(features: KernelFeatures, names: readonly string[]): string {
  return offsetRefusal(features) || absent(features, names, '4.16')
}

function absent(features: KernelFeatures, names: readonly string[], since: string): string {
  const missing = names.find((name) => !features.hasTracepoint(name))
  return missing === undefined ? '' : `no tracepoint ${missing} (Linux ${since})`
}

function callRefusal(features: KernelFeatures): string {
  if (features.tracefs === '') return TRACEFS_MISSING
  const missing = [...DATA_CALL_HOOKS, ...CALL_LIFE_HOOKS]
    .map(({ tracepoint }) => tracepoint.replace(/^syscalls\/sys_(enter|exit)_/, ''))
    .find((call) => !features.hasSystemCallTracepoint(call))
  return missing === undefined ? '' : `no tracepoint of ${missing}`
}

function offsetRefusal(features: KernelFeatures): string {
  if (features.btf === 'none') return 'nothing says where members of kernel structs lie'
  const { missing } = findMemberOffsets(features.offset)
  return missing.length === 0 ? '' : `unknown place of ${missing.join(', ')}`
}
