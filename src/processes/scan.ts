import type { ProcFiles } from './proc-files.ts'
import { parseStat } from './stat.ts'

/** A process that runs now, before anything else is read of it. */
export interface RunningProcess {
  readonly tgid: number
  readonly comm: string
  readonly parent: number
}

/** Everything on this host that runs a program; kernel threads do not. */
export function runningProcesses(files: ProcFiles): RunningProcess[] {
  const running: RunningProcess[] = []
  for (const tgid of files.tgids()) {
    const stat = parseStat(files.text(tgid, 'stat', 4096))
    if (stat && !stat.kernelThread) running.push({ tgid, comm: stat.comm, parent: stat.parent })
  }
  return running
}
