// Whether the agent stays as it is while connections and processes come and go.
// Root: `npm run build && node bench/churn.mjs --minutes 10`
// --rate 10000     new connections a second, or as many as there is room for
// --processes 20   new processes a second, of one request each
// --idle 1000      connections that stay open
// --graph FILE     also as SVG
// --write          into docs/churn.md and docs/churn.svg. An hour that leaves the machine to others:
//                  node bench/churn.mjs --minutes 60 --rate 100 --processes 5 --write
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startAgent, startCollector, stopAgent, sumOf } from './load/agent.mjs'
import { churnPage } from './load/churn-page.mjs'
import { compiled } from './load/compile.mjs'
import { svg } from './load/graph.mjs'
import { machine } from './load/page.mjs'
import {
  cpuSeconds,
  memory,
  start,
  stop,
  stopAll,
  temporaryFolder,
  until,
} from './load/processes.mjs'
import { trend } from './load/trend.mjs'
import { startServer } from './load/workloads.mjs'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '10000' },
    processes: { type: 'string', default: '20' },
    idle: { type: 'string', default: '1000' },
    graph: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.minutes) * 60
/**
 * Code is compiled, the heap finds its size, and the facts of the 4,096 processes that ended last are kept: until these
 * are as many, memory grows.
 */
const filled = (4096 / Math.max(1, Number(values.processes))) * 1.1
const warm = Math.min(seconds * 0.75, Math.max(180, filled))
const step = Math.min(5, seconds / 20)

/** What the agent holds now, in the order of SERIES. */
function sample(agent, heapFile) {
  const { live, heapUsed, external } = JSON.parse(readFileSync(heapFile, 'utf8'))
  const table = agent.stderr.slice(agent.stderr.lastIndexOf('underspan.now'))
  const numberOf = (word) => Number((cell(table, word) ?? '0').replaceAll(',', ''))
  return [
    memory(agent.pid).now,
    (heapUsed + external) / 2 ** 20,
    live / 2 ** 20,
    readdirSync(`/proc/${agent.pid}/fd`).length,
    numberOf('socket_verdict_map'),
    numberOf('ignored_processes') + numberOf('proc_info_map'),
    numberOf('context_births'),
    numberOf('open-exchanges') + numberOf('waiting-spans'),
  ]
}

/** Of a span, before it is sent. */
const FATES = ['built', 'over-cpu-limit', 'cause-shed', 'sampled-out', 'silent']

const SERIES = [
  'RSS, MB',
  'heap and buffers, MB',
  'heap after a collection, MB',
  'file descriptors',
  'entries of socket_verdict_map',
  'entries of ignored_processes and proc_info_map',
  'entries of context_births',
  'open exchanges and waiting spans',
]

function cell(table, word) {
  return new RegExp(`^ {2}${word} +([\\d,]+)`, 'm').exec(table)?.[1]
}

async function churn() {
  const folder = temporaryFolder()
  const heapFile = join(folder, 'heap.json')
  writeFileSync(heapFile, '')
  const server = await startServer('nginx')
  const collector = await startCollector()
  const agent = await startAgent(server.ports, collector, 'auto', {
    preload: 'watch-heap.mjs',
    env: { BENCH_HEAP_FILE: heapFile },
    flags: ['--stats', String(Math.max(1, Math.floor(step)))],
  })
  await until(agent, () => readFileSync(heapFile, 'utf8') !== '', 'word of its heap')
  const words = [server.port, values.rate, seconds, values.idle, values.processes].map(String)
  const load = start([compiled('churn'), ...words])
  const samples = await sampled(agent, heapFile, load)
  const cores = cpuSeconds(agent.pid) / seconds
  const counts = await stopAgent(agent)
  await stop(collector)
  await server.stop()
  return { samples, counts, cores, made: JSON.parse(load.stdout) }
}

async function sampled(agent, heapFile, load) {
  const began = performance.now()
  const samples = []
  for (let next = step; load.outcome === undefined; next += step) {
    await Promise.race([sleep(began + next * 1000 - performance.now()), load.ended])
    if (agent.outcome !== undefined) throw new Error(`the agent ended: ${agent.stderr}`)
    const at = (performance.now() - began) / 1000
    if (at > seconds) continue
    samples.push([at, sample(agent, heapFile)])
    if (samples.length % 12 === 0) progress(samples.at(-1))
  }
  if (load.outcome !== 0) throw new Error(`the load ended with ${load.outcome}: ${load.stderr}`)
  return samples
}

function progress([at, found]) {
  const figures = SERIES.map((name, i) => `${name} ${Math.round(found[i])}`)
  process.stderr.write(`${Math.round(at)} s: ${figures.join('; ')}\n`)
}

function tellOf({ made, counts, cores }) {
  const spans = counts.get('underspan.spans built') ?? 0
  return [
    `${made.made} connections, ${made.failed} failed: ${Math.round(made.made / made.seconds)} a second`,
    `${made.processes} processes, ${made.failedProcesses} failed`,
    `${spans} spans built, ${counts.get('underspan.spans exported') ?? 0} exported, ${counts.get('underspan.spans over-cpu-limit') ?? 0} over the limit of CPU, ${sumOf(counts, 'underspan.lost ')} events lost`,
    accountOf(2 * (made.asked + made.processes), counts),
    `${cores.toFixed(3)} cores of CPU used by the agent`,
  ]
}

/** What became of both ends of each request, as the counters say: spans, whatever became of these, or lost. */
function accountOf(ends, counts) {
  const spans = FATES.reduce((sum, word) => sum + (counts.get(`underspan.spans ${word}`) ?? 0), 0)
  const lost = [...counts]
    .filter(([name]) => /^underspan\.lost .*\.(ingress\.server|egress\.client)$/.test(name))
    .reduce((sum, [, count]) => sum + count, 0)
  return `${ends} ends of requests: ${spans} spans, made or left out for a reason, ${lost} lost events that requests begin with; ${ends - spans - lost} unaccounted for`
}

function report({ samples, ...rest }) {
  const panels = SERIES.map((name, i) => {
    const points = samples.map(([at, values]) => [at, values[i]])
    return { name, points, ...trend(points.filter(([at]) => at >= warm)) }
  })
  const text = panels.map(
    ({ name, mean, slope, unsure, flat }) =>
      `${name}: ${mean.toFixed(1)} on average, ${slope.toFixed(2)} ± ${unsure.toFixed(2)} an hour: ${flat ? 'flat' : 'GROWS'}`,
  )
  const told = tellOf(rest)
  process.stdout.write(`${[machine(), ...told, ...text].join('\n')}\n`)
  const titled = panels.map(({ points }, i) => ({ title: text[i], points }))
  if (values.graph !== '') writeFileSync(values.graph, svg(titled, warm, seconds))
  if (values.write) write(told, text, svg(titled, warm, seconds))
}

function write(told, lines, graph) {
  const docs = new URL('../docs/', import.meta.url)
  const date = new Date().toISOString().slice(0, 10)
  const words = process.argv.slice(2).filter((word) => word !== '--write')
  const command = ['node bench/churn.mjs', ...words].join(' ')
  const { minutes } = values
  writeFileSync(new URL('churn.md', docs), churnPage({ command, minutes, told, lines, date }))
  writeFileSync(new URL('churn.svg', docs), graph)
}

try {
  report(await churn())
} finally {
  await stopAll()
}
