import { afterAll, expect, test } from 'vitest'
import { startAgent } from '../support/system/agent.ts'
import { python, Stage, startFront } from '../support/system/apps.ts'
import { startPostgresql } from '../support/system/postgresql.ts'
import { freePorts } from '../support/system/program.ts'
import { startRedis } from '../support/system/redis.ts'
import type { SeenSpan } from '../support/system/spans.ts'
import { REASON } from '../support/system/truth.ts'

const REQUESTS = 12
/** Enough for nginx and Node to have shown how they work. */
const WARM = 40
/** nginx 2, Node 3, the shop 2 and its six calls, each of which has another end. */
const SPANS = 19
const DECIDED_MS = 15_000

const stage = new Stage()
afterAll(() => stage.stop())

/** Its name, and of its attributes what is looked at; then what is below it, in order of time. */
interface Node {
  readonly span: string
  readonly below: readonly Node[]
}

function wordsOf({ kind, attributes, name }: SeenSpan): string {
  const of = (key: string) => attributes[key]
  const path = of('url.path') ?? (of('url.full') && new URL(String(of('url.full'))).pathname)
  const what = of('db.query.text') ?? of('rpc.method') ?? path
  const error = of('error.type') === undefined ? '' : ` ${of('error.type')}`
  const status = of('http.response.status_code') ?? of('rpc.status_code')
  const system = of('db.system.name') ?? of('rpc.system.name') ?? 'http'
  return `${kind} ${system} ${what ?? name}${status === undefined ? '' : ` ${status}`}${error}`
}

function treeOf(span: SeenSpan, spans: readonly SeenSpan[]): Node {
  const below = spans
    .filter(({ parentSpanId }) => parentSpanId === span.spanId)
    .sort((a, b) => Number(a.start - b.start))
  return { span: wordsOf(span), below: below.map((one) => treeOf(one, spans)) }
}

const leaf = (span: string): Node => ({ span, below: [] })
const call = (words: string, answer = words): Node => ({
  span: `CLIENT ${words}`,
  below: [leaf(`SERVER ${answer}`)],
})

function servedBelow(tag: string): Node[] {
  const missing = `grpc call.${tag}/missing NOT_FOUND`
  return [call(`grpc call.${tag}/1 OK`), call(`${missing} NOT_FOUND`, missing)]
}

/** `served`: what is below the request that calls the service. */
function expected(tag: string, served: Node[]): Node {
  const insert = 'postgresql INSERT INTO carts VALUES (?)'
  const front = `http /front/${tag} 200`
  const one = `http /call/${tag}/1 200`
  const two = `http /call/${tag}/2 200`
  const stored = [
    call(insert),
    call(`${insert} 23505`),
    call(`redis SET cart:${tag} ?`),
    call(`redis LPUSH cart:${tag} ? WRONGTYPE`),
  ]
  const shop = (words: string, below: Node[]) => ({
    span: `CLIENT ${words}`,
    below: [{ span: `SERVER ${words}`, below }],
  })
  const node = { span: `SERVER ${front}`, below: [shop(one, stored), shop(two, served)] }
  return { span: `SERVER ${front}`, below: [{ span: `CLIENT ${front}`, below: [node] }] }
}

test('nginx, Node, threaded Python, PostgreSQL, Redis and gRPC: one tree, each span as the conventions say', async () => {
  const [sql, cache, service, shop] = (await freePorts(4)) as [number, number, number, number]
  await Promise.all([startPostgresql(stage, sql), startRedis(stage, cache)])
  await stage.server(python('python_grpc.py', service), service)
  await stage.server(python('python_stores.py', shop, sql, cache, service), shop)
  const node = await startFront(stage, 'Node', shop)
  const nginx = await startFront(stage, 'nginx', node.port)
  const ports = [sql, cache, service, shop, node.port, nginx.port]
  const agent = await startAgent(stage, {
    ports,
    // This process asks, and is no part of it.
    flags: ['--exclude-pid', String(process.pid)],
  })
  const tags = Array.from({ length: WARM + REQUESTS }, (_, i) => `q${i + 1}`)
  for (const tag of tags) {
    const answer = await fetch(`http://127.0.0.1:${nginx.port}/front/${tag}`)
    expect(await answer.text()).toBe(`front ${tag}`)
  }
  const judged = tags.slice(WARM)
  const rootOf = (tag: string) =>
    agent.spans.find((s) => s.parentSpanId === '' && s.attributes['url.path'] === `/front/${tag}`)
  await agent.sees((spans) => spans.length >= tags.length * SPANS, DECIDED_MS)
  await agent.stop()
  for (const tag of judged) {
    const served = servedBelow(tag)
    const called = served.map(({ span }) => agent.spans.find((one) => wordsOf(one) === span)!)
    const isShared = called.every(({ attributes }) => attributes[REASON] === 'hand-over')
    const tree = treeOf(rootOf(tag)!, agent.spans)
    expect(tree).toEqual(expected(tag, isShared ? [] : served))
    // A thread of the library's own may write calls for all; then nobody can see whose they are.
    if (isShared) expect(called.map((one) => treeOf(one, agent.spans))).toEqual(served)
  }
})
