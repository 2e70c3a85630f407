import { startCollector } from '../../test/support/collector/collector.ts'
import type { Fault } from './fault.ts'
import { accountOf, Load, seconds, startWatched } from './traffic.ts'

/** Ten seconds of long requests are more than the rings hold; one second of short ones is not. */
const SIZES = {
  long: { rate: 8000, stopped: 10, path: `/still?${'x'.repeat(3000)}` },
  short: { rate: 500, stopped: 0.7, path: '/still' },
}

const AROUND = 0.5

export const AGENT_STOPPED: Fault = {
  name: 'agent-stopped',
  what: 'the agent gets SIGSTOP under load, and goes on ten seconds later',
  countsTheHost: true,
  run: async (stage, size) => {
    const { rate, stopped, path } = SIZES[size]
    const collector = await startCollector(stage)
    const { server, agent } = await startWatched(stage, collector.endpoint)
    const load = new Load(stage, server, rate * (stopped + 2 * AROUND), rate, path)
    await seconds(AROUND)
    agent.program.kill('SIGSTOP')
    await seconds(stopped)
    agent.program.kill('SIGCONT')
    return accountOf(await load.answered(), agent, collector)
  },
}
