import type { KernelFeatures } from '../../src/loader/kernel-features.ts'

/** A kernel that has everything. */
export const EVERYTHING: KernelFeatures = {
  release: '6.18.0',
  machine: 'x86_64',
  libbpf: '1.1',
  privileged: true,
  lockdown: 'none',
  btf: 'kernel',
  typedTracepoints: true,
  ringBuffer: true,
  taskStorage: true,
  socketStorage: true,
  savedRegisters: true,
  userFunctions: true,
  tracefs: '/sys/kernel/tracing',
  hasTracepoint: () => true,
  hasSystemCallTracepoint: () => true,
  offset: () => 8,
}
