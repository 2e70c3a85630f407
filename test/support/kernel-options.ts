import { readFileSync } from 'node:fs'
import type { KernelOptions } from '../../src/loader/kernel.ts'

/** Of the kernel side as it is in the repository, from now on. */
export function kernelOptions(changes: Partial<KernelOptions> = {}): KernelOptions {
  return {
    object: readFileSync('bpf/underspan.bpf.o'),
    hooks: 'auto',
    libbpf: '',
    btf: '',
    agentStart: Number(process.hrtime.bigint()),
    payloadLimit: 4096,
    ...changes,
  }
}
