import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type Agent, startAgent } from '../support/system/agent.ts'
import { Stage } from '../support/system/apps.ts'
import { eventually } from '../support/system/program.ts'

const OTHER = 0
const IDLE = 5
/** In the agent's own session, whose processes share one part of each processor; once the file is there. */
const besideBusyLoops = (file: string) => [
  ...['sh', '-c'],
  `for i in 1 2 3 4; do
     (until [ -e ${file} ]; do sleep 0.1; done; timeout 15 sh -c "while :; do :; done") &
   done; exec "$@"`,
  'sh',
]

const stage = new Stage()
afterEach(() => stage.stop())

/** Of each thread, its policy (sched(7)), the 41st field of proc_pid_stat(5). */
function policies({ program }: Agent): number[] {
  const tasks = `/proc/${program.pid}/task`
  return readdirSync(tasks).map((thread) => {
    const stat = readFileSync(`${tasks}/${thread}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38])
  })
}

const yielding = (agent: Agent) => policies(agent).filter((policy) => policy === IDLE).length

test('an agent runs where nobody else has work, but for the thread that watches over that', async () => {
  const agent = await startAgent(stage, { cpuLimit: 0.5 })
  expect(await eventually(() => yielding(agent) > 0, 20_000)).toBe(true)
  expect(policies(agent).filter((policy) => policy === OTHER)).toHaveLength(1)
  await agent.stop()
})

test('an agent that may take what it needs, or would not come back, runs like any other', async () => {
  const free = await startAgent(stage, {})
  expect(yielding(free)).toBe(0)
  await free.stop()
  const inside = ['setpriv', '--bounding-set', '-sys_nice', '--inh-caps', '-sys_nice']
  const bound = await startAgent(stage, { cpuLimit: 0.5, inside })
  expect(yielding(bound)).toBe(0)
  await bound.stop()
})

test('an agent whose processors others want all the time takes its part', async () => {
  const file = join(stage.folder(), 'busy')
  const agent = await startAgent(stage, { cpuLimit: 2, inside: besideBusyLoops(file) })
  expect(await eventually(() => yielding(agent) > 0, 20_000)).toBe(true)
  writeFileSync(file, '')
  expect(await eventually(() => yielding(agent) === 0, 15_000)).toBe(true)
  await agent.stop()
})
