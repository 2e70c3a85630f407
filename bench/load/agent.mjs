// The agent beside a real collector, as it is measured.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { collectorPath } from '../../test/support/collector/build.mjs'
import {
  accepts,
  cpuSecondsOfAll,
  freePort,
  memoryOfAll,
  start,
  stop,
  until,
} from './processes.mjs'

const ROOT = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..')
/** The load generators are left out, as a load test in production would be; also those that were gone at once, by name. */
const LOADS = ['open-loop', 'wrk', 'redis-benchmark', 'pgbench']
  .flatMap((name) => [name, `${name} *`, `*/${name} *`])
  .join(',')

/** `counts`: says of each batch how many spans it holds, which takes CPU. */
export async function startCollector({ counts = false } = {}) {
  const port = await freePort()
  const configs = [
    ...['otel-config/collector.yaml', 'bench/load/collector.yaml'],
    ...(counts ? ['bench/load/counting-collector.yaml'] : []),
  ]
  const seen = { spans: 0 }
  const onError = counts ? countingSpans(seen) : undefined
  const collector = start(
    [collectorPath(), ...configs.flatMap((path) => ['--config', join(ROOT, path)])],
    { env: { UNDERSPAN_RECEIVE: `127.0.0.1:${port}` }, onError },
  )
  await until(collector, () => accepts(port), 'collector')
  return { ...collector, port, seen }
}

function countingSpans(seen) {
  let rest = ''
  return (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    for (const line of lines) seen.spans += Number(/"spans": (\d+)/.exec(line)?.[1] ?? 0)
  }
}

/** `preload`: a module of this folder that runs in the agent first. */
export async function startAgent(ports, collector, hooks, { preload, env, flags = [] } = {}) {
  const before = preload ? ['--import', new URL(preload, import.meta.url).href] : []
  const agent = start(
    [
      ...[process.execPath, ...before, join(ROOT, 'dist/cli/main.js'), 'run', '--output', 'none'],
      ...['--hooks', hooks, '--instance', `bench-${process.pid}`],
      ...(ports.length > 0 ? ['--port', ports.join(',')] : []),
      ...['--exclude-command', LOADS, '--otlp-endpoint', `http://127.0.0.1:${collector.port}`],
      ...flags,
    ],
    { env },
  )
  await until(agent, () => /^underspan: ready/m.test(agent.stderr), 'word of readiness')
  return agent
}

/** CPU of the agent and of the collector while `work` runs and until its spans are sent. */
export async function measured(agent, collector, work) {
  const before = [cpuSecondsOfAll(agent.pid), cpuSecondsOfAll(collector.pid)]
  const result = await work()
  await quiet(agent)
  return {
    ...result,
    agentSeconds: cpuSecondsOfAll(agent.pid) - before[0],
    collectorSeconds: cpuSecondsOfAll(collector.pid) - before[1],
    rss: memoryOfAll(agent.pid),
  }
}

/** Until it has caught up: less than 5 % of a CPU over half a second. */
export async function quiet(agent) {
  for (let tries = 0; tries < 40; tries++) {
    const before = cpuSecondsOfAll(agent.pid)
    await sleep(500)
    if (cpuSecondsOfAll(agent.pid) - before < 0.025) return
  }
}

/** Counters printed at the end, as `counter word` to number. */
export async function stopAgent(agent) {
  await stop(agent)
  const counts = new Map()
  let counter = ''
  for (const line of agent.stderr.split('\n')) {
    if (/^underspan\.[\w.-]+$/.test(line)) counter = line
    const row = /^ {2}([\w.-]+) +([\d,]+)$/.exec(line)
    if (row && counter) counts.set(`${counter} ${row[1]}`, Number(row[2].replaceAll(',', '')))
  }
  return counts
}

export function sumOf(counts, prefix) {
  return [...counts].reduce((sum, [name, count]) => sum + (name.startsWith(prefix) ? count : 0), 0)
}
