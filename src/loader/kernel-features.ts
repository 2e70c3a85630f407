import { existsSync, readFileSync } from 'node:fs'
import { machine, release } from 'node:os'
import { StartupError } from '../base/errors.ts'
import { Btf } from './btf.ts'
import type { Libbpf } from './libbpf.ts'
import { effectiveCapabilities } from './native.ts'

/** include/uapi/linux/bpf.h */
const PROG_TYPE_TRACEPOINT = 5
const FUNC_TASK_PT_REGS = 175
const MAP_TYPE_SK_STORAGE = 24
const MAP_TYPE_RINGBUF = 27
const MAP_TYPE_TASK_STORAGE = 29

/** include/uapi/linux/capability.h */
const CAP_SYS_ADMIN = 1n << 21n
const CAP_PERFMON = 1n << 38n
const CAP_BPF = 1n << 39n

export type Lockdown = 'none' | 'integrity' | 'confidentiality'

/** What this kernel and this process can do: asked once, before anything is loaded. */
export interface KernelFeatures {
  readonly release: string
  readonly machine: string
  readonly libbpf: string
  /** May load programs that read the kernel's memory. */
  readonly privileged: boolean
  readonly lockdown: Lockdown
  /** Where types come from: the kernel itself, a file given, or nowhere. */
  readonly btf: 'kernel' | 'file' | 'none'
  /**
   * Programs on tracepoints with types (tp_btf) can be loaded. They came with the types of the
   * tracepoints (Linux 5.5, ac4414b5ca47); libbpf's probe would try fentry, which is another matter.
   */
  readonly typedTracepoints: boolean
  readonly ringBuffer: boolean
  /** Maps that belong to threads; with them typed loads from the running thread (Linux 5.11). */
  readonly taskStorage: boolean
  readonly socketStorage: boolean
  /** Programs can read the registers that a system call saved (Linux 5.15). */
  readonly savedRegisters: boolean
  /** Functions of user programs can be hooked in a way that ends with the agent (Linux 4.17). */
  readonly userFunctions: boolean
  /** Folder of tracefs; '' not mounted. */
  readonly tracefs: string
  hasTracepoint(name: string): boolean
  /** Both `syscalls/sys_enter_NAME` and `sys_exit_NAME`; false without tracefs. */
  hasSystemCallTracepoint(name: string): boolean
  /** Bytes from the start of a kernel struct; undefined: no such member, or no BTF. */
  offset(struct: string, member: string): number | undefined
}

/** Where it is missing, libbpf would write to tracefs instead, and that stays when the agent is killed. */
const USER_PROBES = '/sys/bus/event_source/devices/uprobe/type'
const KERNEL_BTF = '/sys/kernel/btf/vmlinux'

/** `btfFile`: '' for the kernel's own. */
export function readKernelFeatures(libbpf: Libbpf, btfFile: string): KernelFeatures {
  const btf = readBtf(libbpf, btfFile)
  const tracefs = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'].find(isTracefs) ?? ''
  const ownBtf = existsSync(KERNEL_BTF)
  const privileged = isPrivileged(effectiveCapabilities())
  return {
    release: release(),
    machine: machine(),
    libbpf: libbpf.version,
    privileged,
    lockdown: parseLockdown(readOptional('/sys/kernel/security/lockdown')),
    btf: btf === undefined ? 'none' : btfFile === '' ? 'kernel' : 'file',
    typedTracepoints: ownBtf && (btf?.hasTracepoint('sched_process_exec') ?? false),
    ringBuffer: libbpf.canCreate(MAP_TYPE_RINGBUF),
    taskStorage: libbpf.canCreate(MAP_TYPE_TASK_STORAGE),
    socketStorage: libbpf.canCreate(MAP_TYPE_SK_STORAGE),
    savedRegisters: libbpf.canCall(PROG_TYPE_TRACEPOINT, FUNC_TASK_PT_REGS),
    userFunctions: existsSync(USER_PROBES),
    tracefs,
    hasTracepoint: (name) => btf?.hasTracepoint(name) ?? false,
    hasSystemCallTracepoint: (name) =>
      tracefs !== '' && existsSync(`${tracefs}/events/syscalls/sys_exit_${name}`),
    offset: (struct, member) => btf?.offset(struct, member),
  }
}

/** Fails with what to do when this process cannot load anything here at all. */
export function requireAccess(features: KernelFeatures): void {
  if (features.machine !== 'x86_64') {
    throw new StartupError(
      'NO_HOOKS',
      `this machine is ${features.machine}; the agent reads saved registers and knows those of x86-64 only`,
      'Run it on an x86-64 host; others are not supported yet.',
    )
  }
  if (!features.privileged) {
    throw new StartupError(
      'NOT_PERMITTED',
      'loading eBPF programs needs CAP_SYS_ADMIN, or CAP_BPF with CAP_PERFMON; this process has neither',
      'Run it as root (sudo); in a container, with --privileged or --cap-add SYS_ADMIN.',
    )
  }
  if (features.lockdown === 'confidentiality') {
    throw new StartupError(
      'LOCKED_DOWN',
      'kernel lockdown is in confidentiality mode, which forbids eBPF to read kernel memory',
      'Boot with lockdown=integrity or none; where Secure Boot sets it, that policy decides.',
    )
  }
  if (!features.ringBuffer) {
    throw new StartupError(
      'KERNEL_TOO_OLD',
      `Linux ${features.release} has no BPF ring buffer, which wakes the agent`,
      'Use Linux 5.15 or newer; 6.3 has all that is needed.',
    )
  }
  if (features.btf === 'none') {
    throw new StartupError(
      'NO_BTF',
      `this kernel does not describe its types: ${KERNEL_BTF} is missing or cannot be read`,
      'Use a kernel built with CONFIG_DEBUG_INFO_BTF=y, or name a BTF file of this very kernel with --btf (https://github.com/aquasecurity/btfhub-archive).',
    )
  }
}

export function isPrivileged(capabilities: bigint): boolean {
  return (
    (capabilities & CAP_SYS_ADMIN) !== 0n ||
    ((capabilities & CAP_BPF) !== 0n && (capabilities & CAP_PERFMON) !== 0n)
  )
}

/** The mode in force stands in brackets: `none [integrity] confidentiality`. */
export function parseLockdown(text: string): Lockdown {
  const mode = /\[(\w+)\]/.exec(text)?.[1]
  return mode === 'integrity' || mode === 'confidentiality' ? mode : 'none'
}

function readBtf(libbpf: Libbpf, file: string): Btf | undefined {
  if (file === '' && !existsSync(KERNEL_BTF)) return undefined
  try {
    return new Btf(libbpf.readBtf(file))
  } catch (error) {
    if (file === '') return undefined
    throw new StartupError(
      'NO_BTF',
      `cannot read BTF from ${file}: ${error instanceof Error ? error.message : String(error)}`,
      'Name a file that holds the BTF of the running kernel.',
    )
  }
}

function isTracefs(folder: string): boolean {
  return existsSync(`${folder}/events/syscalls`)
}

function readOptional(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
