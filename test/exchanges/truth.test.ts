import { expect, test } from 'vitest'
import type { HttpRequest, HttpResponse } from '../../src/protocols/http/message.ts'
import { Random } from '../support/random.ts'
import { type End, TCP_CLOSE, Traffic } from './traffic.ts'

/** Requests and answers tell their number: what is paired can be judged from outside. */
const statusOf = (n: number) => 210 + n

function request(n: number, random: Random): string {
  const head = `HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(random.below(300))}\r\n`
  if (random.below(3) > 0) return `GET /${n} ${head}\r\n`
  const body = 'b'.repeat(random.below(200))
  if (random.below(2) === 0)
    return `POST /${n} ${head}Content-Length: ${body.length}\r\n\r\n${body}`
  return `POST /${n} ${head}Transfer-Encoding: chunked\r\n\r\n${chunked(body)}`
}

function response(n: number, random: Random): string {
  const head = `HTTP/1.1 ${statusOf(n)} X\r\nX: ${'x'.repeat(random.below(300))}\r\n`
  const body = 'B'.repeat(random.below(400))
  if (random.below(2) === 0) return `${head}Content-Length: ${body.length}\r\n\r\n${body}`
  return `${head}Transfer-Encoding: chunked\r\n\r\n${chunked(body)}`
}

function chunked(body: string): string {
  return `${body ? `${body.length.toString(16)}\r\n${body}\r\n` : ''}0\r\n\r\n`
}

interface Plan {
  readonly role: 'client' | 'server'
  /** One in so many operations is lost; 0 none. */
  readonly lossRate: number
  /** Requests sent at once, at most. */
  readonly depth: number
  readonly threads: number
}

/** A connection of `count` requests. Returns how many requests were seen: those whose first byte was. */
function run(traffic: Traffic, { role, lossRate, depth, threads }: Plan, random: Random): number {
  const end = traffic.socket({ role })
  let seen = 0
  let tid = 1
  const move = (ask: boolean, text: string) => {
    if (random.below(4) === 0) tid = 1 + random.below(threads)
    const cut = random.below(3) === 0 ? 1 + random.below(text.length) : text.length
    for (const part of [text.slice(0, cut), text.slice(cut)]) {
      if (part === '') continue
      const lost = lossRate > 0 && random.below(lossRate) === 0
      if (ask === (role === 'server')) end.receives(part, { tid, lost })
      else end.sends(part, { tid, lost })
    }
  }
  for (let n = 0; n < 40; ) {
    const batch = 1 + random.below(depth)
    for (let i = 0; i < batch; i++) move(true, request(n + i, random))
    for (let i = 0; i < batch; i++) move(false, response(n + i, random))
    n += batch
    seen += batch
    if (random.below(6) === 0) traffic.wait(random.below(3000))
  }
  finish(traffic, end)
  return seen
}

function finish(traffic: Traffic, end: End): void {
  end.closes(TCP_CLOSE)
  traffic.wait(60)
  traffic.wait(2000)
}

/** Answers given to the wrong request. */
function wrongPairs(traffic: Traffic): string[] {
  return traffic.hearing.exchanges.flatMap((exchange) => {
    const answer = exchange.response as HttpResponse | undefined
    const { path, version } = exchange.request as HttpRequest
    const n = Number(path.slice(1))
    // Of a target that was cut only the beginning is known.
    return answer && version && answer.status !== statusOf(n)
      ? [`${n}: ${answer.status - 210}`]
      : []
  })
}

const PLANS: Plan[] = []
for (const role of ['client', 'server'] as const)
  for (const depth of [1, 4])
    for (const threads of [1, 3]) PLANS.push({ role, depth, threads, lossRate: 0 })

test.each(PLANS)(
  'at a $role all is paired when nothing is lost, $depth at once by $threads threads',
  (plan) => {
    for (let seed = 1; seed < 60; seed++) {
      const traffic = new Traffic()
      const seen = run(traffic, plan, new Random(seed * 7919))
      expect(traffic.results.filter((result) => / \d{3}$/.test(result))).toHaveLength(seen)
      expect(wrongPairs(traffic)).toEqual([])
      expect(traffic.counters.dropped.total()).toBe(0)
    }
  },
)

/** Up to a quarter of all operations is lost. */
function wrongOfAll(plan: Plan): { wrong: string[]; answered: number } {
  const wrong: string[] = []
  let answered = 0
  for (let seed = 1; seed < 200; seed++) {
    const traffic = new Traffic()
    run(traffic, { ...plan, lossRate: 4 + (seed % 60) }, new Random(seed * 7919))
    answered += traffic.counters.exchanges.get('answered')
    for (const pair of wrongPairs(traffic)) wrong.push(`seed ${seed} ${pair}`)
    expect(traffic.exchanges.open).toBe(0)
  }
  return { wrong, answered }
}

const ONE_AT_A_TIME = PLANS.filter(
  ({ depth, role, threads }) => depth === 1 && (role === 'server' || threads === 1),
)

test.each(ONE_AT_A_TIME)(
  'at a $role no request gets the answer of another, whatever is lost, one at a time by $threads threads',
  (plan) => {
    const { wrong, answered } = wrongOfAll(plan)
    expect(wrong).toEqual([])
    expect(answered).toBeGreaterThan(6000)
  },
)

// While it is not known yet that requests are sent at once, or threads change at random, some cannot be told.
test.each(PLANS.filter((plan) => !ONE_AT_A_TIME.includes(plan)))(
  'at a $role hardly any does, $depth at once by $threads threads',
  (plan) => {
    const { wrong, answered } = wrongOfAll(plan)
    expect(wrong.length / answered).toBeLessThan(0.006)
    expect(answered).toBeGreaterThan(2500)
  },
)
