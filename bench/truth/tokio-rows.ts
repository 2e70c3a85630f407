import { join } from 'node:path'
import { cacheFolder } from '../../test/support/collector/build.mjs'
import { finish } from '../../test/support/system/program.ts'
import { FANNED, PROVEN } from './expectations.ts'
import { needsProgram } from './needs-program.ts'
import type { Expectation, Row } from './row.ts'

const APP = join(import.meta.dirname, '../../test/apps/truth/tokio')

/** One thread: the loop of `current_thread`. `background`: ms between calls of nobody's, 0: none. */
function tokio(threads: number, background = 0): Row['start'] {
  return async (stage, port, down) => {
    const target = join(cacheFolder(), 'tokio')
    const words = ['--quiet', '--release', '--locked', '--target-dir', target]
    await finish(['cargo', 'build', ...words], { cwd: APP })
    const binary = join(target, 'release/tokio-server')
    await stage.server([binary, ...[port, down, threads, background].map(String)], port)
  }
}

const missingCargo = needsProgram('cargo', 'Rust (cargo)')

/** What nobody asked for: the answers do not show it, and the waits are seen from the first request on only. */
const NOBODYS = ['no-request', 'unconfirmed', 'already-answered', 'unseen-read'] as const

/** Until enough answers have contradicted, each call tells for itself. */
const UNTRUE: Expectation = {
  right: 0,
  reasons: ['model-contradicted', 'unconfirmed', 'already-answered'],
}

function row(name: string, habit: string, threads: number, expect: Expectation): Row {
  const start = tokio(threads)
  return { name: `tokio, ${name}`, start, habits: [habit], missing: missingCargo, expect }
}

/** `every`: ms between calls of nobody's. */
function withTimer(row: Row, threads: number, every: number, expect: Expectation): Row {
  const name = `${row.name}, background timer`
  return { ...row, name, start: tokio(threads, every), expect }
}

const ONE = row('one thread', 'order', 1, PROVEN)
const FOUR = row('four threads', 'order', 4, PROVEN)
const FAN_OUT = row('four threads, fan-out', 'fanout', 4, FANNED)
const TASKS = row('four threads, tasks of tasks', 'spawn', 4, UNTRUE)

export const TOKIO: readonly Row[] = [
  ONE,
  withTimer(ONE, 1, 10, { right: 0.95, reasons: ['unconfirmed'], nobodys: NOBODYS }),
  row('one thread, semaphore', 'semaphore', 1, UNTRUE),
  FOUR,
  withTimer(FOUR, 4, 10, { right: 0.95, reasons: ['unconfirmed'], nobodys: NOBODYS }),
  row('four threads, pauses', 'pause', 4, UNTRUE),
  FAN_OUT,
  withTimer(FAN_OUT, 4, 3, { right: 0.4, reasons: ['unconfirmed'], nobodys: NOBODYS }),
  TASKS,
  withTimer(TASKS, 4, 3, { ...UNTRUE, nobodys: ['no-request', 'model-contradicted'] }),
  row('four threads, semaphore', 'semaphore', 4, UNTRUE),
  row('four threads, sender for all', 'sender', 4, UNTRUE),
]
