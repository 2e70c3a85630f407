import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Agent, startAgent } from '../support/system/agent.ts'
import { python, Stage, startNginx } from '../support/system/apps.ts'
import { countTagged, expectChild, one } from '../support/system/expecting.ts'
import { load } from '../support/system/load.ts'
import { freePorts } from '../support/system/program.ts'
import { REASON } from '../support/system/truth.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
/** nginx as server and as client, the front, its two calls and their two answers. */
const SPANS = 7

describe('nginx before a Python server that calls another', () => {
  const stage = new Stage()
  let agent: Agent
  let url = ''

  beforeAll(async () => {
    const [proxy, front, back] = await freePorts(3)
    await stage.server(python('python_plain.py', back!), back!)
    await stage.server(python('python_plain.py', front!, back!), front!)
    await startNginx(stage, proxy!, front!)
    url = `http://127.0.0.1:${proxy}`
    agent = await startAgent(stage, { ports: [proxy!, front!, back!] })
  })

  afterAll(async () => {
    await agent.stop()
    await stage.stop()
  })

  /** The spans of one request, the proxy's first. */
  async function ask(number: number, headers: readonly string[]) {
    const tag = `q${number}`
    const asked = await load(url, 1, 1, { from: number, headers })
    expect(asked.failed).toBe(0)
    await agent.sees((spans) => countTagged(spans, tag) >= SPANS, 15_000)
    const entry = one(agent.spans, 'SERVER', `/front/${tag}`, 'nginx')
    const forwarded = one(agent.spans, 'CLIENT', `/front/${tag}`, 'nginx')
    const front = one(agent.spans, 'SERVER', `/front/${tag}`, 'python_plain')
    const rest = [1, 2].flatMap((call) => [
      { child: one(agent.spans, 'CLIENT', `/call/${tag}/${call}`), parent: front },
      {
        child: one(agent.spans, 'SERVER', `/call/${tag}/${call}`),
        parent: one(agent.spans, 'CLIENT', `/call/${tag}/${call}`),
      },
    ])
    for (const { child, parent } of rest) expectChild(child, parent)
    return { entry, forwarded, front }
  }

  function expectOneTrace({ entry, forwarded, front }: Awaited<ReturnType<typeof ask>>): void {
    expect({ trace: entry.traceId, parent: entry.parentSpanId }).toEqual({
      trace: TRACE,
      parent: PARENT,
    })
    expectChild(forwarded, entry)
    expectChild(front, forwarded)
  }

  test('is one trace, of the id in traceparent', async () => {
    expectOneTrace(await ask(1, [`traceparent: 00-${TRACE}-${PARENT}-01`]))
  })

  test('is one trace, of the id in a single B3 header', async () => {
    expectOneTrace(await ask(2, [`b3: ${TRACE}-${PARENT}-1`]))
  })

  test('is one trace, of the id in several B3 headers', async () => {
    const headers = [`X-B3-TraceId: ${TRACE}`, `X-B3-SpanId: ${PARENT}`, 'X-B3-Sampled: 1']
    expectOneTrace(await ask(3, headers))
  })

  test('is one trace without a header: the answers of the loop prove it', async () => {
    const { entry, forwarded, front } = await ask(4, [])
    expect(entry.attributes[REASON]).toBe('entry')
    expectChild(forwarded, entry)
    expectChild(front, forwarded)
    expect(forwarded.attributes['underspan.parent.model']).toBe('segment')
  })
})
