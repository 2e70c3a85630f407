// Where the CPU of a running agent goes: its profile under load, by the folder of src/ that a sample was taken in.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startAgent, startCollector, stopAgent } from './agent.mjs'
import { runLoad } from './generators.mjs'
import { cpuSeconds, cpuSecondsOfMain, stop, temporaryFolder, until } from './processes.mjs'
import { startServer } from './workloads.mjs'

const WARM_SECONDS = 3
/** In the order of the data. What is not named comes last. */
const ORDER = [
  ...['ring', 'events', 'sockets', 'protocols', 'exchanges', 'correlation', 'spans', 'export'],
  ...['agent', 'processes', 'loader', 'Node itself', 'native code', 'garbage collection'],
]

/** Rows of stage, share of the CPU, µs a request. */
export async function measureStages(workload, { seconds, hooks }) {
  const file = join(temporaryFolder(), 'profile.json')
  const server = await startServer(workload.server)
  const collector = await startCollector()
  const settings = { preload: 'watch-profile.mjs', env: { BENCH_PROFILE_FILE: file } }
  const agent = await startAgent(server.ports, collector, hooks, settings)
  await runLoad(server, workload.rate, WARM_SECONDS)
  const before = [cpuSecondsOfMain(agent.pid), cpuSeconds(agent.pid)]
  process.kill(agent.pid, 'SIGUSR2')
  const { requests } = await runLoad(server, workload.rate, seconds)
  const main = cpuSecondsOfMain(agent.pid) - before[0]
  const others = cpuSeconds(agent.pid) - before[1] - main
  process.kill(agent.pid, 'SIGUSR2')
  await until(agent, () => existsSync(file), 'profile')
  await stopAgent(agent)
  await stop(collector)
  await server.stop()
  return rowsOf(JSON.parse(readFileSync(file, 'utf8')), { main, others, requests })
}

/**
 * The profile knows the main thread alone, and counts the time that it waited for a processor: how its CPU is divided, not
 * how much it is. `main` and `others`: seconds of CPU.
 */
export function rowsOf(profile, { main, others, requests }) {
  const sampled = secondsByStage(profile)
  const busy = [...sampled.values()].reduce((sum, part) => sum + part, 0)
  const names = [...sampled.keys()].sort((a, b) => placeOf(a) - placeOf(b))
  const rows = names.map((name) => [name, (sampled.get(name) / busy) * main])
  return [...rows, ['other threads', Math.max(0, others)]].map(([stage, seconds]) => ({
    stage,
    share: (seconds / (main + others)) * 100,
    each: (seconds / requests) * 1e6,
  }))
}

function placeOf(stage) {
  const place = ORDER.indexOf(stage)
  return place < 0 ? ORDER.indexOf('loader') - 0.5 : place
}

function secondsByStage({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map()
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id)
  const seconds = new Map()
  samples.forEach((id, i) => {
    const stage = stageOf(id, byId, parents)
    if (stage !== '') seconds.set(stage, (seconds.get(stage) ?? 0) + timeDeltas[i] / 1e6)
  })
  return seconds
}

const SPECIAL = new Map([
  ['(idle)', ''],
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'native code'],
])

/** The nearest caller that is the agent's own, or of the exporter's packages. */
function stageOf(id, byId, parents) {
  const { functionName } = byId.get(id).callFrame
  const special = SPECIAL.get(functionName)
  if (special !== undefined) return special
  for (let at = id; at !== undefined; at = parents.get(at)) {
    const { url } = byId.get(at).callFrame
    const folder = /\/dist\/([\w-]+)[/.]/.exec(url)?.[1]
    if (/\/node_modules\/(@opentelemetry|@grpc|protobufjs)\//.test(url)) return 'export'
    if (folder === 'loader' && byId.get(id).callFrame.url === '') return 'native code'
    if (folder) return folder
  }
  return 'Node itself'
}
