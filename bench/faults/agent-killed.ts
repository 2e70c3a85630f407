import { startCollector } from '../../test/support/collector/collector.ts'
import { type Agent, startAgent } from '../../test/support/system/agent.ts'
import { python, type Stage } from '../../test/support/system/apps.ts'
import { bpfObjects } from '../../test/support/system/host.ts'
import { eventually, freePorts } from '../../test/support/system/program.ts'
import { type Fault, sum, tooManyUnwatched } from './fault.ts'
import { heldObjects } from './held-objects.ts'
import { MemoryGroup } from './memory-group.ts'
import { Load, seconds, spansInCollector, startServer } from './traffic.ts'

const SIZES = { long: { rate: 2000, phase: 5 }, short: { rate: 500, phase: 0.5 } }
const GONE_MS = 20_000
const SENT_MS = 30_000

export const AGENT_KILLED: Fault = {
  name: 'agent-killed',
  what: 'the agent is killed for want of memory under load; nothing of it is left, and the next one starts',
  run: async (stage, size) => {
    const { rate, phase } = SIZES[size]
    const collector = await startCollector(stage)
    const server = await startServer(stage)
    const loop = await startLoop(stage)
    const options = {
      ...{ ports: [server.port, loop], endpoint: collector.endpoint, output: 'none' as const },
      flags: ['--instance', `killed-${process.pid}`, '--batch-delay', '100'],
    }
    const first = await startAgent(stage, options)
    const before = await new Load(stage, server, rate * phase, rate, '/still-before').answered()
    const sent = () => collector.spans().length >= before
    await eventually(sent, SENT_MS, 100)
    const during = new Load(stage, server, rate * phase * 3, rate, '/still-during')
    await seconds(phase)
    const killed = performance.now()
    const { how, left } = await kill(first)
    const second = await startAgent(stage, options)
    const gapMs = performance.now() - killed
    const unsure = await during.answered()
    const after = await new Load(stage, server, rate * phase, rate, '/still-after').answered()
    const counts = await second.stop()
    await collector.stop()
    const found = await spansInCollector(collector.file)
    const lostOf = (path: string, count: number) => count - found.of(path)
    const unwatched = lostOf('/still-during', unsure)
    const wrong = [
      ...tooManyUnwatched(unwatched, rate, gapMs),
      ...left.map((object) => `${object} is left`),
      ...[lostOf('/still-before', before), lostOf('/still-after', after)]
        .filter((lost) => lost !== 0)
        .map((lost) => `${lost} requests missing of a time when an agent ran`),
    ]
    return {
      ...{ happened: before + unsure + after, unit: 'requests', found: found.count },
      where: 'in the file of the collector',
      unwatched,
      counted: { lost: sum(counts['underspan.lost'] ?? {}) },
      notes: [how, ...found.notes],
      wrong,
    }
  },
}

/** A process with an event loop, for which the agent places uprobes. */
async function startLoop(stage: Stage): Promise<number> {
  const [port, nobody] = await freePorts(2)
  await stage.server(python('python_asyncio.py', port!, nobody!), port!)
  return port!
}

async function kill(agent: Agent): Promise<{ how: string; left: string[] }> {
  const { pid } = agent.program
  const held = heldObjects(pid)
  if (held.length === 0) throw new Error('the agent holds no eBPF objects')
  const how = await end(agent)
  const left = async () => (await bpfObjects()).filter((object) => held.includes(object))
  await eventually(async () => (await left()).length === 0, GONE_MS, 200)
  return { how, left: await left() }
}

async function end(agent: Agent): Promise<string> {
  const { pid } = agent.program
  if (!MemoryGroup.isAvailable()) {
    await agent.program.stop('SIGKILL')
    return 'killed by SIGKILL, as this host has no memory cgroup'
  }
  const group = new MemoryGroup(pid)
  group.runOut()
  if (!(await eventually(() => agent.program.outcome !== undefined, GONE_MS, 50)))
    throw new Error('the agent lives without memory')
  const killed = group.killed()
  group.remove()
  if (killed === 0) throw new Error('the agent ended, but not for want of memory')
  return `killed by the kernel for want of memory (${killed})`
}
