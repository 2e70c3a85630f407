import { afterAll, expect, test } from 'vitest'
import { type Hop, judge } from '../../bench/truth/judge.ts'
import { LEAVE_OUT, loadOf, startLoad } from '../../bench/truth/load.ts'
import { nginx, node, pythonLoop } from '../../bench/truth/systems.ts'
import { startCollector } from '../support/collector/collector.ts'
import { startAgent } from '../support/system/agent.ts'
import { python, Stage } from '../support/system/apps.ts'
import { eventually, freePorts } from '../support/system/program.ts'
import type { SeenSpan } from '../support/system/spans.ts'
import { pathOf } from '../support/system/truth.ts'

const REQUESTS = 400
/** Two of nginx, three of Node, six of asyncio, four of the last. */
const SPANS = 15
const CALLS = [1, 2]
const DECIDED_MS = 15_000

const stage = new Stage()
afterAll(() => stage.stop())

test('nginx, Node, Python asyncio, Python threads: one trace for each of 400 requests', async () => {
  const [proxy, front, middle, back] = (await freePorts(4)) as [number, number, number, number]
  await stage.server(python('python_threads.py', back), back)
  await pythonLoop('raw')(stage, middle, back)
  await node()(stage, front, middle)
  await nginx(1)(stage, proxy, front)
  const collector = await startCollector(stage)
  const agent = await startAgent(stage, {
    ports: [proxy, front, middle, back],
    output: 'none',
    endpoint: collector.endpoint,
    flags: LEAVE_OUT,
  })
  const load = await loadOf(startLoad(stage, proxy, 'kept', `32:${REQUESTS}`))
  expect(load.failed).toBe(0)
  await eventually(() => collector.spans().length >= REQUESTS * SPANS, DECIDED_MS, 500)
  await agent.stop()
  await collector.stop()

  const tags = load.requests.map(({ tag }) => tag)
  const asked = tags.map((tag) => `/kept/${tag}`)
  const inner = tags.flatMap((tag) => CALLS.map((number) => `/call/${tag}/${number}`))
  const last = tags.flatMap((tag) =>
    CALLS.flatMap((one) => CALLS.map((two) => `/call/${tag}-${one}/${two}`)),
  )
  const hops: Hop[] = [
    { port: proxy, callers: [], asked },
    { port: front, callers: [proxy], asked },
    { port: middle, callers: [front], asked: inner },
    { port: back, callers: [middle], asked: last },
  ]
  const spans = collector.spans()
  const verdict = judge(spans, hops)
  expect(verdict.lies).toEqual([])
  expect(verdict.servers).toEqual({ happened: REQUESTS * 8, found: REQUESTS * 8 })
  expect(verdict.clients).toEqual({ happened: REQUESTS * 7, found: REQUESTS * 7 })
  expect(verdict.across.none).toEqual({})
  expect(verdict.inProcess).toMatchObject({ right: REQUESTS * 7, unparented: 0 })
  const traces = tracesOf(spans)
  expect(tags.filter((tag) => traces.get(tag)?.size !== 1)).toEqual([])
})

/** Traces that the spans of each request are in. */
function tracesOf(spans: readonly SeenSpan[]): Map<string, Set<string>> {
  const traces = new Map<string, Set<string>>()
  for (const span of spans) {
    const asker = pathOf(span).split('/')[2] ?? ''
    add(traces, asker.split('-')[0] ?? '', span.traceId)
  }
  return traces
}

function add(traces: Map<string, Set<string>>, tag: string, traceId: string): void {
  const known = traces.get(tag)
  if (known) known.add(traceId)
  else traces.set(tag, new Set([traceId]))
}
