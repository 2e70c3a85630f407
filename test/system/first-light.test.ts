import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Collector, startCollector } from '../support/collector/collector.ts'
import { type Agent, startAgent } from '../support/system/agent.ts'
import { python, Stage } from '../support/system/apps.ts'
import { countTagged, expectChild, one } from '../support/system/expecting.ts'
import { eventually, freePorts } from '../support/system/program.ts'
import type { SeenSpan } from '../support/system/spans.ts'
import { REASON } from '../support/system/truth.ts'

const stage = new Stage()
afterAll(() => stage.stop())

function isSame(a: SeenSpan, b: SeenSpan): boolean {
  return JSON.stringify(comparable(a)) === JSON.stringify(comparable(b))
}

function comparable(span: SeenSpan) {
  const sorted = (facts: object) => Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...span,
    start: String(span.start),
    end: String(span.end),
    attributes: sorted(span.attributes),
    resource: sorted(span.resource),
  }
}

describe('two Python servers that call each other', () => {
  let collector: Collector
  let agent: Agent
  let front = 0
  let back = 0

  beforeAll(async () => {
    const [a, b] = await freePorts(2)
    front = a!
    back = b!
    await stage.server(python('python_plain.py', back), back)
    await stage.server(python('python_plain.py', front, back), front)
    collector = await startCollector(stage)
    agent = await startAgent(stage, { ports: [front, back], endpoint: collector.endpoint })
  })

  test('give a trace within 2 seconds of the request', async () => {
    const answer = await fetch(`http://127.0.0.1:${front}/front/q1`)
    expect(await answer.text()).toBe('front q1')
    const answered = performance.now()
    const isWhole = (spans: readonly SeenSpan[]) => countTagged(spans, 'q1') >= 5

    expect(await agent.sees(isWhole, 2000), agent.program.describe()).toBe(true)
    expect(performance.now() - answered).toBeLessThan(2000)
  })

  test('give one trace whose every span stands under the one that caused it', () => {
    const entry = one(agent.spans, 'SERVER', '/front/q1')
    for (const number of [1, 2]) {
      const call = one(agent.spans, 'CLIENT', `/call/q1/${number}`)
      const callee = one(agent.spans, 'SERVER', `/call/q1/${number}`)
      expectChild(call, entry)
      expectChild(callee, call)
      expect(call.start >= entry.start && call.end <= entry.end).toBe(true)
    }
    expect(entry.resource['service.name']).toBe('python_plain')
  })

  test('give the same spans, id by id, in the file of the collector', async () => {
    await eventually(() => collector.spans().length >= agent.spans.length, 5000)
    const collected = collector.spans()
    expect(collected).toHaveLength(agent.spans.length)
    for (const span of agent.spans) {
      const twin = collected.find(({ spanId }) => spanId === span.spanId)
      expect(
        twin && isSame(twin, span),
        JSON.stringify([comparable(span), twin && comparable(twin)]),
      ).toBe(true)
    }
  })

  test('lose nothing on the way', async () => {
    const counts = await agent.stop()
    const { built, exported, ...others } = counts['underspan.spans'] ?? {}
    expect(built).toBe(agent.spans.length)
    expect(exported).toBe(built)
    expect(others).toEqual({})
    expect(counts['underspan.lost']).toBeUndefined()
    expect(agent.spans.filter((span) => !span.parentSpanId && !span.attributes[REASON])).toEqual([])
  })
})
