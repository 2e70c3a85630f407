// What a hundred thousand idle connections cost the agent, and whether it finds them when it comes late.
// Root: `npm run build && node bench/idle.mjs`
// --connections 100000
// --seconds 5          of asking on 16 others, before and beside them
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { quiet, startAgent, startCollector, stopAgent, sumOf } from './load/agent.mjs'
import { compiled } from './load/compile.mjs'
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

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '5' },
  },
})
const connections = Number(values.connections)
/** Each process may open so many files, of some thousands at least; the server's share is by chance. */
const PROCESSES = Math.ceil(connections / 10_000) + 1
/** In a network of their own: nobody else has this port, or needs those that the clients take. */
const PORT = '8080'
const STATS_EACH = 2 // seconds
/** Until what the agent says is of now. */
const NEWS_MS = 2 * 1000 * STATS_EACH

/** A server and its clients, which do what they are told. */
class Crowd {
  static async start() {
    const crowd = new Crowd()
    const program = compiled('idle')
    const inNetwork = ['unshare', '-n', 'sh', '-c', 'ip link set lo up; exec "$@"', 'idle']
    crowd.server = start([...inNetwork, program, 'server', PORT, `${PROCESSES}`])
    await until(crowd.server, () => readyOf(crowd.server) === PROCESSES, 'server')
    const beside = ['nsenter', '-t', `${crowd.server.pid}`, '-n']
    const each = Math.ceil(connections / PROCESSES)
    crowd.clients = Array.from({ length: PROCESSES }, (_, i) =>
      start([...beside, program, 'clients', PORT, `${each}`, `${i + 1}`], { stdin: 'pipe' }),
    )
    return crowd
  }

  /** What all say when they are done. */
  async does(line) {
    const said = await Promise.all(this.clients.map((client) => told(client, line)))
    const answered = said.reduce((sum, one) => sum + one.answered, 0)
    return { answered, seconds: Math.max(...said.map(({ seconds }) => seconds)) }
  }

  /** The same of one. */
  asks(seconds) {
    return told(this.clients[0], `ask ${seconds}`)
  }

  async stop() {
    for (const client of this.clients) await stop(client)
    await stop(this.server)
  }
}

async function told(client, line) {
  const before = client.stdout.length
  client.child.stdin.write(`${line}\n`)
  while (!client.stdout.slice(before).includes('\n')) {
    if (client.outcome !== undefined) throw new Error(client.stderr)
    await sleep(5)
  }
  return JSON.parse(client.stdout.slice(before))
}

function readyOf({ stdout }) {
  return stdout.split('ready').length - 1
}

class Agent {
  static async start(collector) {
    const agent = new Agent()
    agent.heapFile = join(temporaryFolder(), 'heap.json')
    writeFileSync(agent.heapFile, '')
    const began = performance.now()
    agent.program = await startAgent([], collector, 'auto', {
      preload: 'watch-heap.mjs',
      env: { BENCH_HEAP_FILE: agent.heapFile },
      flags: ['--command', `* server ${PORT} *`, '--cpu-limit', 'none', '--stats', `${STATS_EACH}`],
    })
    agent.readySeconds = (performance.now() - began) / 1000
    return agent
  }

  /** What it holds now that it has caught up. */
  async holds() {
    await quiet(this.program)
    process.kill(this.program.pid, 'SIGUSR2')
    await sleep(NEWS_MS)
    const { live, external } = JSON.parse(readFileSync(this.heapFile, 'utf8'))
    return { rss: memory(this.program.pid).now, live: (live + external) / 2 ** 20 }
  }

  /** Requests a second, and its CPU for each. */
  async beside(crowd) {
    await crowd.asks(1)
    await quiet(this.program)
    const before = cpuSeconds(this.program.pid)
    const { answered, seconds } = await crowd.asks(values.seconds)
    await quiet(this.program)
    const used = cpuSeconds(this.program.pid) - before
    return `${Math.round(answered / seconds)} requests/s, ${((used / answered) * 1e6).toFixed(1)} µs of the agent each`
  }

  fill(map) {
    const table = this.program.stderr.slice(this.program.stderr.lastIndexOf('underspan.now'))
    return new RegExp(`^ {2}${map} +(.*)$`, 'm').exec(table)?.[1] ?? 'not shown'
  }

  async stop() {
    const counts = await stopAgent(this.program)
    return {
      built: counts.get('underspan.spans built') ?? 0,
      lost: sumOf(counts, 'underspan.lost '),
      unread:
        sumOf(counts, 'underspan.dropped ') - (counts.get('underspan.dropped not-selected') ?? 0),
    }
  }
}

function say(text) {
  process.stdout.write(`${text}\n`)
}

function account(asked, { built, lost, unread }) {
  return `${asked} requests, ${built} spans; ${lost} events lost, ${unread} dropped: ${built === asked ? 'nothing is missing' : `MISSING ${asked - built}`}`
}

try {
  say(machine())
  const collector = await startCollector()
  const crowd = await Crowd.start()
  const agent = await Agent.start(collector)
  say(`before: ${await agent.beside(crowd)}`)
  const empty = await agent.holds()
  const opened = await crowd.does('open')
  const full = await agent.holds()
  const each = (part) => Math.round(((full[part] - empty[part]) * 2 ** 20) / connections)
  say(
    `${opened.answered} connections opened, ${Math.round(opened.answered / opened.seconds)} a second`,
  )
  say(
    `RSS ${Math.round(empty.rss)} MB, then ${Math.round(full.rss)}; heap after a collection ${Math.round(empty.live)} MB, then ${Math.round(full.live)}: ${each('live')} bytes a connection`,
  )
  say(`socket_verdict_map: ${agent.fill('socket_verdict_map')}`)
  say(`beside them: ${await agent.beside(crowd)}`)
  const all = await crowd.does('all')
  await quiet(agent.program)
  const { built, lost, unread } = await agent.stop()
  say(
    `${all.answered} asked again in ${all.seconds} s; in all ${built} spans, ${lost} events lost, ${unread} dropped`,
  )
  const late = await Agent.start(collector)
  say(`an agent that comes late is ready after ${late.readySeconds.toFixed(1)} s`)
  const again = await crowd.does('all')
  await quiet(late.program)
  say(`late: ${account(again.answered, await late.stop())}`)
  await crowd.stop()
  await stop(collector)
} finally {
  await stopAll()
}
