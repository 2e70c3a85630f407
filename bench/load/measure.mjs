// One workload in paired rounds, and what came of it.
import { setTimeout as sleep } from 'node:timers/promises'
import { measured, startAgent, startCollector, stopAgent } from './agent.mjs'
import { runLoad } from './generators.mjs'
import { memory, stop } from './processes.mjs'
import { median, pairs, spread } from './rounds.mjs'
import { startServer } from './workloads.mjs'

/** Before each measured round: caches, the just-in-time compiler. */
const WARM_SECONDS = 2
const IDLE_MS = 3000

/** As fast as the server answers, or at the workload's rate. */
export async function measureWorkload(workload, options) {
  return summary(workload, await measurePairs(workload, workload.rate, options))
}

/** At half of the `perSecond` that it answers without an agent: what is added to the latency. */
export async function measureHalf(workload, perSecond, options) {
  const rate = Math.round(perSecond / 2)
  const found = await measurePairs(workload, rate, options)
  const added = (which) =>
    spread(
      found.map(({ plain, traced }) => traced[which] - plain[which]),
      3,
    )
  return {
    name: workload.name.replace(', saturated', ''),
    rate,
    plain: latencyOf(found.map(({ plain }) => plain)),
    traced: latencyOf(found.map(({ traced }) => traced)),
    added: [added('p50'), added('p99')],
    reached: spread(found.map(({ traced }) => (traced.perSecond / rate) * 100)),
  }
}

async function measurePairs(workload, rate, { rounds, seconds, tracer }) {
  const server = await startServer(workload.server)
  const found = await pairs(rounds, (isTraced) =>
    isTraced ? tracedRound(server, rate, seconds, tracer) : plainRound(server, rate, seconds),
  )
  await server.stop()
  return found
}

async function plainRound(server, rate, seconds) {
  await runLoad(server, rate, WARM_SECONDS)
  return runLoad(server, rate, seconds)
}

export async function tracedRound(server, rate, seconds, tracer) {
  const collector = await tracer.startCollector()
  const agent = await tracer.start(server.ports, collector)
  const warm = await runLoad(server, rate, WARM_SECONDS)
  const round = await measured(agent, collector, () => runLoad(server, rate, seconds))
  const outcome = await tracer.stop(agent)
  await stop(collector)
  return { ...round, ...outcome, asked: warm.requests + round.requests }
}

function summary(workload, found) {
  const ratios = found.map(({ plain, traced }) => (traced.perSecond / plain.perSecond) * 100)
  const traced = found.map((pair) => pair.traced)
  // What moves bytes alone has none.
  const each = (of) => (workload.spans === 0 ? '–' : spread(traced.map(of)))
  const perSpan = (seconds, { requests }) => (seconds / (requests * workload.spans)) * 1e6
  const spans = traced.map((round) => (round.exported / (round.asked * workload.spans)) * 100)
  return {
    name: workload.name,
    budget: workload.kept === undefined ? '' : `${workload.kept * 100} %`,
    plainPerSecond: median(found.map(({ plain }) => plain.perSecond)),
    tracedPerSecond: median(traced.map(({ perSecond }) => perSecond)),
    kept: `${spread(ratios)} %`,
    isKept: workload.kept === undefined || median(ratios) >= workload.kept * 100,
    agent: each((round) => perSpan(round.agentSeconds, round)),
    collector: each((round) => perSpan(round.collectorSeconds, round)),
    spans: workload.spans === 0 ? '–' : `${median(spans).toFixed(0)} %`,
    latency: [latencyOf(found.map(({ plain }) => plain)), latencyOf(traced)],
    lost: Math.max(...traced.map(({ lost }) => lost)),
    unsent: Math.max(...traced.map(({ unsent }) => unsent)),
    rss: Math.max(...traced.map(({ rss }) => rss)),
  }
}

function latencyOf(rounds) {
  const of = (which) => {
    const value = median(rounds.map((round) => round[which]))
    return Number.isNaN(value) ? '–' : value.toFixed(2)
  }
  return `${of('p50')} / ${of('p99')}`
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
