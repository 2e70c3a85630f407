// What is lost at which rate: nginx, one rate after the other, each with an agent of its own.
import { measured } from './agent.mjs'
import { runLoad } from './generators.mjs'
import { stop } from './processes.mjs'
import { underspan } from './tracers.mjs'
import { startServer } from './workloads.mjs'

const RATES = [2000, 5000, 10_000, 15_000, 20_000, 30_000, 40_000, 60_000]
/** A rate that is missed by more is not reached: the machine has no more. */
const REACHED = 0.9

/** Until the rate cannot be reached. `limit`: of CPU, in cores, or 'none'. */
export async function measureLosses({ seconds, hooks, limit, rates = RATES }) {
  const server = await startServer('nginx')
  const tracer = underspan(hooks, ['--cpu-limit', String(limit)])
  const rows = []
  for (const rate of rates) {
    const row = await lossesAt(server, tracer, rate, seconds)
    rows.push(row)
    if (row.perSecond < rate * REACHED) break
  }
  await server.stop()
  return rows
}

async function lossesAt(server, tracer, rate, seconds) {
  const collector = await tracer.startCollector()
  const agent = await tracer.start(server.ports, collector)
  const round = await measured(agent, collector, () => runLoad(server, rate, seconds))
  const outcome = await tracer.stop(agent)
  await stop(collector)
  return { rate, ...round, ...outcome }
}

/** The first rate at which anything was lost; undefined: at none. */
export function firstLoss(rows) {
  return rows.find(({ lost, unsent }) => lost + unsent > 0)?.rate
}

/** The code of the agent is compiled by then: that is the price of its start, not of a request. */
const COMPILED_SECONDS = 10
/** At few a second the rounds of reading weigh more than what is read. */
const FRAMED_RATES = [5000, 20_000]

/** µs of the agent's CPU for a request that is read and paired, and whose span nobody wants, by rate. */
export async function measureFramed({ seconds, hooks }) {
  const server = await startServer('nginx')
  const flags = ['--cpu-limit', 'none', '--sampler', 'always_off']
  const tracer = underspan(hooks, flags)
  const collector = await tracer.startCollector()
  const agent = await tracer.start(server.ports, collector)
  await runLoad(server, FRAMED_RATES.at(-1), COMPILED_SECONDS)
  const found = []
  for (const rate of FRAMED_RATES) {
    const round = await measured(agent, collector, () => runLoad(server, rate, seconds))
    found.push({ rate, each: (round.agentSeconds / round.requests) * 1e6 })
  }
  await tracer.stop(agent)
  await stop(collector)
  await server.stop()
  return found
}
