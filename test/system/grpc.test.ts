import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { type Agent, startAgent } from '../support/system/agent.ts'
import { python, Stage } from '../support/system/apps.ts'
import { load } from '../support/system/load.ts'
import { freePorts } from '../support/system/program.ts'
import type { SeenSpan } from '../support/system/spans.ts'
import { judge } from '../support/system/truth.ts'

const REQUESTS = 400
const AT_A_TIME = 32
/** Spans of one request: the front's, two calls, two answers to them. */
const SPANS = 5
/** Parents are decided 0.3 s after the answer, and what cannot be decided ten seconds later. */
const DECIDED_MS = 15_000
const NODE_APP = join(import.meta.dirname, '../apps/node-http2.mjs')

const stage = new Stage()
afterEach(() => stage.stop())
afterAll(() => stage.stop())

interface Running {
  readonly front: number
  readonly agent: Agent
}

async function start(app: (...ports: number[]) => string[]): Promise<Running> {
  const [front, down] = (await freePorts(2)) as [number, number]
  await stage.server(app(down), down)
  await stage.server(app(front, down), front)
  return { front, agent: await startAgent(stage, { ports: [front, down] }) }
}

const ofPython = (...ports: number[]) => python('python_grpc.py', ...ports)
const ofNode = (...ports: number[]) => [process.execPath, NODE_APP, ...ports.map(String)]

async function loaded({ front, agent }: Running) {
  const asked = await load(`http://127.0.0.1:${front}`, REQUESTS, AT_A_TIME)
  expect(asked.failed, agent.program.describe()).toBe(0)
  await agent.sees((spans) => spans.length >= REQUESTS * SPANS, DECIDED_MS)
  const counts = await agent.stop()
  expect(counts['underspan.lost'] ?? {}).toEqual({})
  return { spans: agent.spans, verdict: judge(asked, agent.spans) }
}

function isCall({ attributes }: SeenSpan): boolean {
  return 'rpc.method' in attributes
}

test('grpcio with one channel for all threads: no wrong parent, and each without one says why', async () => {
  const { verdict } = await loaded(await start(ofPython))
  expect(verdict.wrong).toEqual([])
  expect(verdict.missing).toEqual([])
  expect(verdict.duplicate).toEqual([])
  expect(verdict.unexplained).toEqual([])
  expect(Object.keys(verdict.reasons.call)).toEqual(['hand-over'])
  expect(verdict.reasons.callee).toEqual({})
})

test('Node on one connection of HTTP/2: no wrong parent, and each without one says why', async () => {
  const { spans, verdict } = await loaded(await start(ofNode))
  expect(verdict.wrong).toEqual([])
  expect(verdict.missing).toEqual([])
  expect(verdict.unexplained).toEqual([])
  expect(verdict.reasons.callee).toEqual({})
  const call = spans.find(({ kind, name }) => kind === 'CLIENT' && name.startsWith('GET'))
  expect(call?.attributes).toMatchObject({ 'network.protocol.version': '2' })
})

test('a call that fails has its status, at both ends, as the conventions say', async () => {
  const running = await start(ofPython)
  const answer = await fetch(`http://127.0.0.1:${running.front}/missing/q1`)
  expect(await answer.text()).toBe('missing NOT_FOUND')
  const { agent } = running
  expect(await agent.sees((spans) => spans.filter(isCall).length === 2, DECIDED_MS)).toBe(true)
  const call = agent.spans.find((span) => isCall(span) && span.kind === 'CLIENT')!
  const service = agent.spans.find((span) => isCall(span) && span.kind === 'SERVER')!
  for (const { name, attributes } of [call, service]) {
    expect(name).toBe('call.q1/missing')
    expect(attributes).toMatchObject({
      'rpc.system.name': 'grpc',
      'rpc.method': 'call.q1/missing',
      'rpc.status_code': 'NOT_FOUND',
      'underspan.rpc.request.messages': 1,
      'underspan.rpc.response.messages': 0,
    })
  }
  expect(call.attributes).toMatchObject({ 'error.type': 'NOT_FOUND' })
  expect(service.attributes).not.toHaveProperty('error.type')
  expect(service.parentSpanId).toBe(call.spanId)
})
