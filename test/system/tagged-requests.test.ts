import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type Hooks, startAgent } from '../support/system/agent.ts'
import {
  type FrontName,
  javaVersion,
  Stage,
  startCallee,
  startFront,
} from '../support/system/apps.ts'
import { load } from '../support/system/load.ts'
import type { SeenSpan } from '../support/system/spans.ts'
import { judge, sketch, type Verdict } from '../support/system/truth.ts'

const REQUESTS = 400
const AT_A_TIME = 32
/** Spans of one request: the front's, two calls, two answers to them. */
const SPANS = 5
/** Parents are decided 0.3 s after the answer, and what cannot be decided ten seconds later. */
const DECIDED_MS = 15_000

const stage = new Stage()
afterEach(() => stage.stop())
afterAll(() => stage.stop())

interface Judged {
  readonly verdict: Verdict
  readonly spans: readonly SeenSpan[]
  readonly counts: Awaited<ReturnType<Awaited<ReturnType<typeof startAgent>>['stop']>>
}

/** 400 tagged requests, 32 at a time, through one front server and its callee. */
async function run(name: FrontName, hooks: Hooks, flags: readonly string[] = []): Promise<Judged> {
  const callee = await startCallee(stage)
  const front = await startFront(stage, name, callee)
  const agent = await startAgent(stage, { hooks, ports: [front.port, callee], flags })
  const asked = await load(`http://127.0.0.1:${front.port}`, REQUESTS, AT_A_TIME)
  expect(asked.failed, front.program.describe()).toBe(0)
  await agent.sees((spans) => spans.length >= REQUESTS * SPANS, DECIDED_MS)
  const counts = await agent.stop()
  expect(counts['underspan.lost'] ?? {}).toEqual({})
  return { verdict: judge(asked, agent.spans), spans: agent.spans, counts }
}

const WHOLE = {
  whole: REQUESTS,
  right: 2 * REQUESTS,
  wrong: [],
  missing: [],
  duplicate: [],
  unexplained: [],
  reasons: { front: { entry: REQUESTS }, call: {}, callee: {} },
}

/** Each span once, none under a wrong parent; `reasons` are those of the calls without a parent. */
function expectNoLie(verdict: Verdict, reasons: readonly string[]): void {
  const { wrong, missing, duplicate, unexplained } = verdict
  expect({ wrong, missing, duplicate, unexplained }).toEqual({
    wrong: [],
    missing: [],
    duplicate: [],
    unexplained: [],
  })
  expect(verdict.reasons.callee).toEqual({})
  expect(verdict.reasons.front).toEqual({ entry: REQUESTS })
  const unexpected = Object.entries(verdict.reasons.call).filter(
    ([word]) => !reasons.includes(word),
  )
  expect(unexpected).toEqual([])
  const unparented = Object.values(verdict.reasons.call).reduce((sum, count) => sum + count, 0)
  expect(unparented + verdict.right).toBe(2 * REQUESTS)
}

describe.each(['socket', 'syscall'] as const)('with %s hooks', (hooks) => {
  for (const name of [
    'Python threads',
    'Python asyncio',
    'PHP with libcurl',
    'Java thread pool',
  ] as const) {
    test(`${name}: every call of 400 requests is found under the request that made it`, async () => {
      const { verdict } = await run(name, hooks)
      expect(verdict).toEqual(WHOLE)
    })
  }

  test('Node: no call is given a wrong parent', async () => {
    const { verdict } = await run('Node', hooks)
    expectNoLie(verdict, ['unconfirmed'])
  })

  test('Go: no call is given a wrong parent, its threads are not its activities', async () => {
    const { verdict } = await run('Go net/http', hooks)
    expectNoLie(verdict, ['runtime-unsupported'])
    expect(verdict.right).toBe(0)
  })

  test('a server that reads and answers on different threads contradicts the model', async () => {
    const { verdict, counts } = await run('Python reader and workers', hooks)
    expectNoLie(verdict, ['model-contradicted'])
    expect(verdict.right).toBe(0)
    expect(counts['underspan.answers']?.contradicted).toBeGreaterThanOrEqual(REQUESTS)
  })
})

test('both families of hooks give the same spans for the same traffic', async () => {
  // Given, not learned: what is learned depends on the order in which requests come.
  const flags = ['--route', '/front/:tag,/call/:tag/:number']
  const bySocket = sketch((await run('Python threads', 'socket', flags)).spans)
  await stage.stop()
  const byCall = sketch((await run('Python threads', 'syscall', flags)).spans)
  const without = (lines: readonly string[], others: readonly string[]) => {
    const known = new Set(others)
    return lines.filter((line) => !known.has(line)).slice(0, 3)
  }
  expect(without(bySocket, byCall)).toEqual(without(byCall, bySocket))
  expect([bySocket.length, byCall.length]).toEqual([REQUESTS * SPANS, REQUESTS * SPANS])
})

if ((await javaVersion()) >= 21) {
  test('Java virtual threads: no call is given a wrong parent', async () => {
    const { verdict } = await run('Java virtual threads', 'auto')
    expectNoLie(verdict, ['runtime-unsupported'])
  })
}
