import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { startAgent } from '../support/system/agent.ts'
import { python, Stage } from '../support/system/apps.ts'
import { noteLies } from '../support/system/lies.ts'
import { load } from '../support/system/load.ts'
import { freePorts } from '../support/system/program.ts'
import { startRedis } from '../support/system/redis.ts'
import type { SeenSpan } from '../support/system/spans.ts'
import { pathOf, REASON } from '../support/system/truth.ts'

const REQUESTS = 400
const AT_A_TIME = 32
/** Parents are decided 0.3 s after the answer, and what cannot be decided ten seconds later. */
const DECIDED_MS = 15_000
const NODE_APP = join(import.meta.dirname, '../apps/truth/node-redis.mjs')

const stage = new Stage()
afterEach(() => stage.stop())
afterAll(() => stage.stop())

/** 400 tagged requests, 32 at a time, of which each gives `commands` commands with its tag in the key. */
async function run(front: readonly string[], port: number, store: number, commands: number) {
  await stage.server(front, port)
  const agent = await startAgent(stage, { ports: [port, store] })
  const asked = await load(`http://127.0.0.1:${port}`, REQUESTS, AT_A_TIME)
  expect(asked.failed).toBe(0)
  await agent.sees((spans) => tagged(spans).length >= REQUESTS * commands * 2, DECIDED_MS)
  const counts = await agent.stop()
  expect(counts['underspan.lost'] ?? {}).toEqual({})
  return agent.spans
}

/** Commands with a tag in their key, of both ends. */
function tagged(spans: readonly SeenSpan[]): SeenSpan[] {
  return spans.filter((span) => tagOf(span) !== '')
}

function tagOf({ attributes }: SeenSpan): string {
  const text = attributes['db.query.text']
  return typeof text === 'string' ? (/^\w+ (?:\/call\/)?(q\d+)[:/]/.exec(text)?.[1] ?? '') : ''
}

interface Verdict {
  right: number
  readonly wrong: string[]
  readonly reasons: Record<string, number>
}

/** Whether the calls stand under the requests that made them, and the store's own spans under the calls. */
function judge(spans: readonly SeenSpan[]): { calls: Verdict; answers: Verdict } {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const calls: Verdict = { right: 0, wrong: [], reasons: {} }
  const answers: Verdict = { right: 0, wrong: [], reasons: {} }
  for (const span of tagged(spans)) {
    const verdict = span.kind === 'CLIENT' ? calls : answers
    const parent = byId.get(span.parentSpanId)
    if (span.parentSpanId === '') {
      const reason = String(span.attributes[REASON])
      verdict.reasons[reason] = (verdict.reasons[reason] ?? 0) + 1
    } else if (parent && isCause(parent, span)) verdict.right++
    else verdict.wrong.push(`${span.name} of ${tagOf(span)} under ${parent?.name ?? 'nothing'}`)
  }
  noteLies([...calls.wrong, ...answers.wrong])
  return { calls, answers }
}

function isCause(parent: SeenSpan, span: SeenSpan): boolean {
  if (parent.traceId !== span.traceId) return false
  if (span.kind === 'CLIENT') return pathOf(parent) === `/front/${tagOf(span)}`
  return parent.kind === 'CLIENT' && parent.name === span.name && tagOf(parent) === tagOf(span)
}

test('threaded Python with a pool: every command is found under the request that gave it', async () => {
  const [port, store] = (await freePorts(2)) as [number, number]
  await startRedis(stage, store)
  const spans = await run(python('python_redis.py', port, store), port, store, 3)
  const { calls, answers } = judge(spans)
  expect(calls.wrong).toEqual([])
  expect(answers.wrong).toEqual([])
  expect(calls.right).toBeGreaterThanOrEqual(0.999 * 3 * REQUESTS)
  expect(answers.right).toBe(3 * REQUESTS)

  const failed = tagged(spans).filter(({ name }) => name === 'LPUSH')
  expect(failed).toHaveLength(2 * REQUESTS)
  for (const { attributes } of failed)
    expect(attributes).toMatchObject({
      'db.system.name': 'redis',
      'db.operation.name': 'LPUSH',
      'db.namespace': '2',
      'db.response.status_code': 'WRONGTYPE',
      'error.type': 'WRONGTYPE',
    })
  const others = tagged(spans).filter(({ name }) => name !== 'LPUSH')
  expect(others.filter(({ attributes }) => 'error.type' in attributes)).toEqual([])
})

test('Node with one connection for all: no command is given a wrong parent', async () => {
  const [port, store] = (await freePorts(2)) as [number, number]
  await startRedis(stage, store)
  const command = [process.execPath, NODE_APP, String(port), String(store)]
  const spans = await run(command, port, store, 2)
  const { calls, answers } = judge(spans)
  expect(calls.wrong).toEqual([])
  expect(answers.wrong).toEqual([])
  expect(answers.right).toBe(2 * REQUESTS)
  const reasons = [
    'mixed-read',
    'unconfirmed',
    'model-contradicted',
    'hand-over',
    'several-in-turn',
  ]
  expect(Object.keys(calls.reasons).filter((reason) => !reasons.includes(reason))).toEqual([])
})
