// One workload in paired rounds, and what came of it.
import { setTimeout as sleep } from 'node:timers/promises'
import { measured, startAgent, startCollector, stopAgent, sumOf } from './agent.mjs'
import { memory, stop } from './processes.mjs'
import { median, pairs, spread } from './rounds.mjs'
import { runLoad, startServer } from './workloads.mjs'

/** Before each measured round: caches, the just-in-time compiler. */
const WARM_SECONDS = 2
const IDLE_MS = 3000

export async function measureWorkload(workload, { rounds, seconds, hooks }) {
  const server = await startServer(workload.server)
  const found = await pairs(rounds, (isTraced) =>
    isTraced
      ? tracedRound(workload, server, seconds, hooks)
      : plainRound(workload, server, seconds),
  )
  await server.stop()
  return summary(workload, found)
}

async function plainRound({ rate }, server, seconds) {
  await runLoad(server, rate, WARM_SECONDS)
  return runLoad(server, rate, seconds)
}

async function tracedRound({ rate }, server, seconds, hooks) {
  const collector = await startCollector()
  const agent = await startAgent(server.ports, collector, hooks)
  await runLoad(server, rate, WARM_SECONDS)
  const round = await measured(agent, collector, () => runLoad(server, rate, seconds))
  const counts = await stopAgent(agent)
  await stop(collector)
  const exported = counts.get('underspan.spans exported') ?? 0
  const built = counts.get('underspan.spans built') ?? 0
  return { ...round, lost: sumOf(counts, 'underspan.lost '), unsent: built - exported }
}

function summary(workload, found) {
  const ratios = found.map(({ plain, traced }) => (traced.perSecond / plain.perSecond) * 100)
  const traced = found.map((pair) => pair.traced)
  const perSpan = (seconds, { requests }) => (seconds / (requests * workload.spans)) * 1e6
  return {
    name: workload.name,
    budget: workload.kept === undefined ? '' : `${workload.kept * 100} %`,
    plainPerSecond: median(found.map(({ plain }) => plain.perSecond)),
    tracedPerSecond: median(traced.map(({ perSecond }) => perSecond)),
    kept: `${spread(ratios)} %`,
    isKept: workload.kept === undefined || median(ratios) >= workload.kept * 100,
    agent: workload.spans && spread(traced.map((round) => perSpan(round.agentSeconds, round))),
    collector:
      workload.spans && spread(traced.map((round) => perSpan(round.collectorSeconds, round))),
    latency: [latencyOf(found.map(({ plain }) => plain)), latencyOf(traced)],
    lost: Math.max(...traced.map(({ lost }) => lost)),
    unsent: Math.max(...traced.map(({ unsent }) => unsent)),
    rss: Math.max(...traced.map(({ rss }) => rss)),
  }
}

function latencyOf(rounds) {
  const p50 = median(rounds.map((round) => round.p50))
  if (Number.isNaN(p50)) return '-'
  return `${p50.toFixed(2)} / ${median(rounds.map((round) => round.p99)).toFixed(2)}`
}

/** Resident megabytes with nothing to do: three seconds after the start. */
export async function measureIdle(hooks) {
  const collector = await startCollector()
  const agent = await startAgent([1], collector, hooks)
  await sleep(IDLE_MS)
  const { now } = memory(agent.pid)
  await stopAgent(agent)
  await stop(collector)
  return now
}
