import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Counts, type Hooks, startAgent } from '../support/system/agent.ts'
import {
  type FrontName,
  javaVersion,
  Stage,
  startCallee,
  startFront,
} from '../support/system/apps.ts'
import { type Load, load } from '../support/system/load.ts'
import type { SeenSpan } from '../support/system/spans.ts'
import { judge, pathOf, sketch, type Verdict } from '../support/system/truth.ts'

const REQUESTS = 400
const AT_A_TIME = 32
/** Spans of one request: the front's, two calls, two answers to them. */
const SPANS = 5
/** Parents are decided 0.3 s after the answer, and what cannot be decided ten seconds later. */
const DECIDED_MS = 15_000

/** Tags of two servers do not meet. */
const TAGS_APART = 1000
/** Given, not learned: what is learned depends on the order in which requests come. */
const ROUTES = ['--route', '/front/:tag,/call/:tag/:number']

const stage = new Stage()
afterAll(() => stage.stop())

interface Judged {
  readonly verdict: Verdict
  readonly spans: readonly SeenSpan[]
  readonly counts: Counts
}

/** 400 tagged requests, 32 at a time, through one front server after the other and the callee of all. */
async function run(names: readonly FrontName[], hooks: Hooks): Promise<Map<FrontName, Judged>> {
  const callee = await startCallee(stage)
  const fronts = await Promise.all(names.map((name) => startFront(stage, name, callee)))
  const ports = [callee, ...fronts.map(({ port }) => port)]
  const agent = await startAgent(stage, { hooks, ports, flags: ROUTES })
  const loads: Load[] = []
  for (const [i, { port, program }] of fronts.entries()) {
    const from = 1 + i * TAGS_APART
    const asked = await load(`http://127.0.0.1:${port}`, REQUESTS, AT_A_TIME, { from })
    expect(asked.failed, program.describe()).toBe(0)
    loads.push(asked)
  }
  await agent.sees((spans) => spans.length >= names.length * REQUESTS * SPANS, DECIDED_MS)
  const counts = await agent.stop()
  await stage.stop()
  expect(counts['underspan.lost'] ?? {}).toEqual({})
  return new Map(
    loads.map((asked, i) => {
      const spans = spansOf(asked, agent.spans)
      return [names[i]!, { verdict: judge(asked, spans), spans, counts }]
    }),
  )
}

function spansOf({ requests }: Load, spans: readonly SeenSpan[]): SeenSpan[] {
  const tags = new Set(requests.map(({ tag }) => tag))
  return spans.filter((span) => tags.has(pathOf(span).split('/')[2] ?? ''))
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

const PROVEN = ['Python threads', 'Python asyncio', 'PHP with libcurl', 'Java thread pool'] as const
const NAMES = [...PROVEN, 'Node', 'Go net/http', 'Python reader and workers'] as const
const byHooks = new Map<Hooks, ReadonlyMap<FrontName, Judged>>()

describe.each(['socket', 'syscall'] as const)('with %s hooks', (hooks) => {
  const of = (name: (typeof NAMES)[number]) => byHooks.get(hooks)!.get(name)!

  beforeAll(async () => {
    byHooks.set(hooks, await run(NAMES, hooks))
  })

  test.each(PROVEN)(
    '%s: every call of 400 requests is found under the request that made it',
    (name) => {
      expect(of(name).verdict).toEqual(WHOLE)
    },
  )

  test('Node: no call is given a wrong parent', () => {
    expectNoLie(of('Node').verdict, ['unconfirmed'])
  })

  test('Go: no call is given a wrong parent, its threads are not its activities', () => {
    const { verdict } = of('Go net/http')
    expectNoLie(verdict, ['runtime-unsupported'])
    expect(verdict.right).toBe(0)
  })

  test('a server that reads and answers on different threads contradicts the model', () => {
    const { verdict, counts } = of('Python reader and workers')
    expectNoLie(verdict, ['model-contradicted'])
    expect(verdict.right).toBe(0)
    expect(counts['underspan.answers']?.contradicted).toBeGreaterThanOrEqual(REQUESTS)
  })
})

test('both families of hooks give the same spans for the same traffic', () => {
  const sketched = (hooks: Hooks) => sketch(byHooks.get(hooks)!.get('Python threads')!.spans)
  const [bySocket, byCall] = [sketched('socket'), sketched('syscall')]
  const without = (lines: readonly string[], others: readonly string[]) => {
    const known = new Set(others)
    return lines.filter((line) => !known.has(line)).slice(0, 3)
  }
  expect(without(bySocket, byCall)).toEqual(without(byCall, bySocket))
  expect([bySocket.length, byCall.length]).toEqual([REQUESTS * SPANS, REQUESTS * SPANS])
})

if ((await javaVersion()) >= 21) {
  test('Java virtual threads: no call is given a wrong parent', async () => {
    const judged = await run(['Java virtual threads'], 'auto')
    expectNoLie(judged.get('Java virtual threads')!.verdict, ['runtime-unsupported'])
  })
}
