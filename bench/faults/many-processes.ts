import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startCollector } from '../../test/support/collector/collector.ts'
import { finish } from '../../test/support/system/program.ts'
import type { Fault } from './fault.ts'
import { accountOf, startWatched } from './traffic.ts'

const SCRIPT = join(import.meta.dirname, 'short_lived.py')
const COUNT = { long: 10_000, short: 150 }
const AT_A_TIME = 8

/** Each asks over a connection of its own: what is remembered of it has to go with it. */
export const MANY_PROCESSES: Fault = {
  name: 'many-processes',
  what: 'ten thousand processes start, ask once, and end',
  run: async (stage, size) => {
    const collector = await startCollector(stage)
    const { server, agent } = await startWatched(stage, collector.endpoint)
    const before = residentMb(agent.program.pid)
    const words = [server.port, COUNT[size], AT_A_TIME].map(String)
    const happened = Number(await finish(['/usr/bin/python3', SCRIPT, ...words]))
    const after = residentMb(agent.program.pid)
    const account = await accountOf(happened, agent, collector)
    return {
      ...account,
      notes: [`resident ${before} MB before, ${after} MB after`, ...(account.notes ?? [])],
      wrong: happened === COUNT[size] ? [] : [`only ${happened} were answered`],
    }
  },
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024)
}
