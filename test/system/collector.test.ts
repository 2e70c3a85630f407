import { type AddressInfo, createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startCollector } from '../support/collector/collector.ts'
import { type Agent, type Counts, startAgent } from '../support/system/agent.ts'
import { python, Stage } from '../support/system/apps.ts'
import { load } from '../support/system/load.ts'
import { eventually, freePorts } from '../support/system/program.ts'

const REQUESTS = 200
/** What an agent says once nothing is left to send. */
const COUNTED = /^underspan\.now$/m
/** Front, two calls, two answers to them. */
const SPANS = 5

const stage = new Stage()
afterEach(() => stage.stop())

/** Two Python servers; the first port is the one to ask. */
async function startServers(stage: Stage): Promise<[number, number]> {
  const [front, back] = await freePorts(2)
  await stage.server(python('python_plain.py', back!), back!)
  await stage.server(python('python_plain.py', front!, back!), front!)
  return [front!, back!]
}

async function ask(port: number, from: number): Promise<void> {
  const asked = await load(`http://127.0.0.1:${port}`, REQUESTS, 4, { from })
  expect(asked.failed).toBe(0)
}

function idsOf(spans: readonly { readonly spanId: string }[]): string[] {
  return spans.map(({ spanId }) => spanId).sort()
}

test('a collector that is restarted under load gets every span, each once', async () => {
  const ports = await startServers(stage)
  const collector = await startCollector(stage)
  const agent = await startAgent(stage, { ports, endpoint: collector.endpoint })
  await ask(ports[0], 1)
  const during = ask(ports[0], 1 + REQUESTS)
  await collector.stop()
  await during
  await collector.start()
  await ask(ports[0], 1 + 2 * REQUESTS)

  const all = 3 * REQUESTS * SPANS
  expect(await eventually(() => collector.spans().length >= all, 40_000, 200)).toBe(true)
  const counts = await agent.stop()
  expect(agent.spans).toHaveLength(all)
  expect(idsOf(collector.spans())).toEqual(idsOf(agent.spans))
  expect(counts['underspan.spans']).toEqual({ built: all, exported: all })
})

test('a collector gets the counters of the agent, the last time as they are printed at the end', async () => {
  const ports = await startServers(stage)
  const collector = await startCollector(stage)
  const flags = ['--metrics-interval', '300']
  const agent = await startAgent(stage, { ports, endpoint: collector.endpoint, flags })
  await ask(ports[0], 1)
  const all = REQUESTS * SPANS
  const built = () => collector.sums().get('underspan.spans built')
  expect(await eventually(() => built() === all, 20_000, 100)).toBe(true)
  const counts = await agent.stop()
  await collector.stop()
  expect(agent.program.stderr).not.toContain('metrics-not-taken')
  // What is counted by reason; the rest says how things stand now.
  const sums = [...collector.sums()].filter(
    ([name, value]) => /^underspan\.\S+ (?!undefined)/.test(name) && value > 0,
  )
  const printed = Object.entries(counts)
    .filter(([counter]) => !/^underspan\.(?:now|program|map)/.test(counter))
    .flatMap(([counter, reasons]) =>
      Object.entries(reasons).map(([reason, count]) => [`${counter} ${reason}`, count]),
    )
  expect(Object.fromEntries(sums)).toEqual(Object.fromEntries(printed))
})

test('a collector gets the durations of all requests although no trace is kept', async () => {
  const ports = await startServers(stage)
  const collector = await startCollector(stage)
  const flags = ['--request-metrics', '--sampler', 'always_off']
  const agent = await startAgent(stage, { ports, endpoint: collector.endpoint, flags })
  await ask(ports[0], 1)
  const counts = await agent.stop()
  await collector.stop()
  expect(counts['underspan.spans']).toEqual({ 'sampled-out': REQUESTS * SPANS })
  expect(collector.requests('http.server.request.duration')).toBe(REQUESTS * 3)
  expect(collector.requests('http.client.request.duration')).toBe(REQUESTS * 2)
})

interface Held {
  readonly agent: Agent
  /** From the last answer until every span was printed. */
  readonly printedMs: number
  readonly stoppedMs: number
  readonly counts: Counts
}

describe('a collector that is not there', () => {
  const stage = new Stage()
  const silent = createServer(() => {})
  let nobody: Held
  let mute: Held

  beforeAll(async () => {
    const [port] = await freePorts(1)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port: silentPort } = silent.address() as AddressInfo
    const agents = [await started(port!), await started(silentPort)] as const
    // They send what is left for five seconds.
    const [one, other] = await Promise.all(agents.map(stopped))
    nobody = one!
    mute = other!
  })

  afterAll(async () => {
    silent.close()
    await stage.stop()
  })

  async function started(port: number) {
    const ports = await startServers(stage)
    const agent = await startAgent(stage, { ports, endpoint: `http://127.0.0.1:${port}` })
    await ask(ports[0]!, 1)
    const answered = performance.now()
    await agent.sees((spans) => spans.length >= REQUESTS * SPANS)
    return { agent, printedMs: performance.now() - answered }
  }

  async function stopped({ agent, printedMs }: Awaited<ReturnType<typeof started>>): Promise<Held> {
    const asked = performance.now()
    const ending = agent.stop()
    // Then it detaches: the kernel takes its time for that, whatever a collector does.
    await agent.program.until(() => COUNTED.test(agent.program.stderr), 'its counters')
    const stoppedMs = performance.now() - asked
    return { agent, printedMs, counts: await ending, stoppedMs }
  }

  function expectNothingHeldUp({ printedMs, stoppedMs, counts }: Held): void {
    expect(printedMs).toBeLessThan(2000)
    expect(stoppedMs).toBeLessThan(8000)
    expect(counts['underspan.spans']).toEqual({
      built: REQUESTS * SPANS,
      shutdown: REQUESTS * SPANS,
    })
    expect(counts['underspan.lost']).toBeUndefined()
  }

  test('holds nothing up when nobody listens', () => {
    expectNothingHeldUp(nobody)
    expect(nobody.agent.program.stderr).toContain('export-unavailable')
  })

  test('holds nothing up when it takes connections and never answers', () => {
    expectNothingHeldUp(mute)
  })
})
