import { readFileSync } from 'node:fs'

/** Whether eBPF programs run as machine code; undefined: the kernel does not say. */
export function isJitOn(read: (path: string) => string = readText): boolean | undefined {
  const mode = read('/proc/sys/net/core/bpf_jit_enable').trim()
  // Kernels that are built without the interpreter have no such switch, or say 1.
  return mode === '' ? undefined : mode !== '0'
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return '' // no such switch, or not ours to read
  }
}
