import { readFileSync } from 'node:fs'

/** CPUs that may ever run: maps have an entry for each. */
export function possibleCpus(): number[] {
  return parseCpuList(readFileSync('/sys/devices/system/cpu/possible', 'latin1'))
}

export function onlineCpus(): number[] {
  return parseCpuList(readFileSync('/sys/devices/system/cpu/online', 'latin1'))
}

/** The kernel's notation: `0-3,8`. */
export function parseCpuList(text: string): number[] {
  const cpus: number[] = []
  for (const part of text.trim().split(',')) {
    if (part === '') continue
    const [first, last] = part.split('-').map(Number)
    for (let cpu = first!; cpu <= (last ?? first!); cpu++) cpus.push(cpu)
  }
  return cpus
}
