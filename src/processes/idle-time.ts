import { readFileSync } from 'node:fs'
import { TICK } from './stat.ts'

/** CPU time that nobody used since boot, of all processors, µs; and how many of these there are. */
export interface IdleTime {
  readonly idleUs: number
  readonly processors: number
}

const PROCESSORS = /^cpu\d+ /gm
const TICK_US = TICK / 1000

/** /proc/stat: https://man7.org/linux/man-pages/man5/proc_stat.5.html. Undefined: it says nothing. */
export function parseIdleTime(text: string): IdleTime | undefined {
  const [name, , , , idle, waiting] = text.slice(0, text.indexOf('\n')).split(/ +/)
  const ticks = Number(idle) + Number(waiting)
  if (name !== 'cpu' || !Number.isFinite(ticks)) return undefined
  return { idleUs: ticks * TICK_US, processors: text.match(PROCESSORS)?.length ?? 1 }
}

export function idleTime(): IdleTime | undefined {
  try {
    return parseIdleTime(readFileSync('/proc/stat', 'latin1'))
  } catch {
    return undefined
  }
}
