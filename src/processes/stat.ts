// /proc/PID/stat: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html

/** What one line of /proc/PID/stat says that we use. */
export interface Stat {
  readonly comm: string
  readonly parent: number
  /** PF_KTHREAD is set: no program, no memory of its own. */
  readonly kernelThread: boolean
  /** Ticks since boot, on CLOCK_BOOTTIME. */
  readonly startTicks: number
}

/** USER_HZ: 100 on every architecture that Node runs on. */
export const TICK = 1e7

/** linux/sched.h */
const PF_KTHREAD = 0x00200000

/** The name stands in parentheses and may itself hold blanks and parentheses. */
export function parseStat(text: string): Stat | undefined {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  if (open < 0 || close < open) return undefined
  const fields = text.slice(close + 2).split(' ')
  const startTicks = Number(fields[19])
  if (!Number.isFinite(startTicks)) return undefined
  return {
    comm: text.slice(open + 1, close),
    parent: Number(fields[1]),
    kernelThread: (Number(fields[6]) & PF_KTHREAD) !== 0,
    startTicks,
  }
}

/** Real user id out of /proc/PID/status; -1 unknown. */
export function parseUid(status: string): number {
  const at = status.indexOf('\nUid:\t')
  if (at < 0) return -1
  const uid = Number.parseInt(status.slice(at + 6, at + 20), 10)
  return Number.isNaN(uid) ? -1 : uid
}
