import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compiledGo } from '../support/compiled.ts'
import { type Agent, startAgent } from '../support/system/agent.ts'
import { python, Stage } from '../support/system/apps.ts'
import { expectChild, one } from '../support/system/expecting.ts'
import { NamedNetwork } from '../support/system/name-server.ts'
import { finish, freePorts } from '../support/system/program.ts'
import type { SeenSpan } from '../support/system/spans.ts'

const RESOLVER = join(import.meta.dirname, '../apps/resolver/main.go')
const NODE_LOOKUPS = `
  const { promises } = require('node:dns')
  const resolver = new promises.Resolver()
  Promise.allSettled([
    resolver.resolve4('web.test'),
    resolver.resolveMx('real.test'),
    resolver.resolve4('gone.test'),
  ])`

describe.each(['socket', 'syscall'] as const)('lookups, seen by hooks on a %s', (hooks) => {
  const stage = new Stage()
  const network = new NamedNetwork(`usdns${process.pid}${hooks[1]}`)
  let agent: Agent
  let front = 0
  let down = 0

  beforeAll(async () => {
    await network.start(stage)
    const [a, b] = await freePorts(2)
    front = a!
    down = b!
    const serve = ['python_lookups.py', 'serve', front, 'real.test', down] as const
    stage.program([...network.inside(), ...python(...serve)])
    stage.program([...network.inside(), ...python('python_plain.py', `127.0.0.8:${down}`)])
    agent = await startAgent(stage, { hooks, flags: ['--exclude-command', '*curl*'] })
  })

  afterAll(async () => {
    await stage.stop()
    await network.stop()
  })

  const run = (...command: string[]) => finish([...network.inside(), ...command])

  /** By a process that stays: of one that is gone, a busy agent reads no command line. */
  async function lookUp(words: readonly string[], answer: string) {
    const command = [...network.inside(), ...python('python_lookups.py', ...words)]
    const program = stage.program(command)
    await program.until(() => program.stdout.includes(answer), answer)
  }

  /** Lookups of this type and name by a service, of one kind. */
  const found = (kind: SeenSpan['kind'], name: string, service: string) =>
    agent.spans.filter(
      (span) =>
        span.kind === kind && span.name === name && span.resource['service.name'] === service,
    )

  async function lookup(kind: SeenSpan['kind'], name: string, service: string) {
    await agent.sees(() => found(kind, name, service).length > 0)
    const spans = found(kind, name, service)
    expect(spans, `${kind} ${name} of ${service}`).toHaveLength(1)
    return spans[0]!
  }

  const milliseconds = ({ start, end }: SeenSpan) => Number(end - start) / 1e6

  test('of glibc, which asks for both kinds of address at once, are one span each', async () => {
    await lookUp(['look', 'web.test', 'gone.test'], "web.test ['127.0.0.7', '::7']")
    const v4 = await lookup('CLIENT', 'A web.test', 'python_lookups')
    const v6 = await lookup('CLIENT', 'AAAA web.test', 'python_lookups')
    expect(v4.attributes).toMatchObject({
      'dns.question.name': 'web.test',
      'dns.answers': ['127.0.0.7'],
      'server.address': NamedNetwork.SERVER,
      'server.port': 53,
      'network.transport': 'udp',
      'network.protocol.name': 'dns',
    })
    expect(v6.attributes['dns.answers']).toEqual(['::7'])
    for (const span of [v4, v6]) expect(milliseconds(span)).toBeLessThan(2000)
    const gone = await lookup('CLIENT', 'A gone.test', 'python_lookups')
    expect(gone.attributes['error.type']).toBe('NXDOMAIN')
  })

  test('are spans of the name server, too', async () => {
    await agent.sees(() => found('SERVER', 'AAAA web.test', 'dnsmasq').length > 0)
    const [span] = found('SERVER', 'AAAA web.test', 'dnsmasq')
    expect(span!.attributes['dns.answers']).toEqual(['::7'])
    const gone = await lookup('SERVER', 'A gone.test', 'dnsmasq')
    expect(gone.attributes['error.type']).toBeUndefined()
    expect(gone.attributes['underspan.dns.response.code']).toBe('NXDOMAIN')
  })

  test('of Node, all from one socket, are told apart', async () => {
    await run(process.execPath, '-e', NODE_LOOKUPS)
    const address = await lookup('CLIENT', 'A web.test', 'node')
    expect(address.attributes['dns.answers']).toEqual(['127.0.0.7'])
    const mail = await lookup('CLIENT', 'MX real.test', 'node')
    expect(mail.attributes['dns.answers']).toBeUndefined()
    const gone = await lookup('CLIENT', 'A gone.test', 'node')
    expect(gone.attributes['error.type']).toBe('NXDOMAIN')
  })

  test('of Go are seen', async () => {
    await run(compiledGo(RESOLVER, 'resolver'), 'web.test')
    const v6 = await lookup('CLIENT', 'AAAA web.test', 'resolver')
    expect(v6.attributes['dns.answers']).toEqual(['::7'])
    await lookup('CLIENT', 'A web.test', 'resolver')
  })

  test('whose answer does not fit are asked again over TCP', async () => {
    await run('dig', '+noedns', `@${NamedNetwork.SERVER}`, 'big.test', 'TXT')
    await agent.sees(() => found('CLIENT', 'TXT big.test', 'dig').length === 2)
    const spans = found('CLIENT', 'TXT big.test', 'dig')
    const byTransport = new Map(spans.map((span) => [span.attributes['network.transport'], span]))
    expect(byTransport.get('udp')!.attributes['underspan.dns.truncated']).toBe(true)
    expect(byTransport.get('tcp')!.attributes['underspan.dns.truncated']).toBeUndefined()
    expect(byTransport.get('tcp')!.attributes['underspan.dns.response.code']).toBe('NOERROR')
  })

  test('from a socket that is not connected are seen', async () => {
    await lookUp(['plain', NamedNetwork.SERVER, 'alias.test'], '7f000008')
    const span = await lookup('CLIENT', 'A alias.test', 'python_lookups')
    expect(span.attributes['dns.answers']).toEqual(['127.0.0.8'])
  })

  test('are children of the request that waits for them, and name the server of its next call', async () => {
    await run('curl', '-s', '-m', '5', `http://127.0.0.1:${front}/front/q1`)
    const isWhole = (spans: readonly SeenSpan[]) =>
      spans.some(({ attributes }) => String(attributes['url.path']).startsWith('/front/q1'))
    await agent.sees(isWhole)
    const request = one(agent.spans, 'SERVER', '/front/q1')
    const call = one(agent.spans, 'CLIENT', '/call/q1/1')
    expectChild(call, request)
    expect(call.attributes['server.address']).toBe('real.test')
    expect(call.attributes['network.peer.address']).toBe('127.0.0.8')
    const asked = await lookup('CLIENT', 'A real.test', 'python_lookups')
    expectChild(asked, request)
    expect(asked.end <= call.start).toBe(true)
  })

  test('lose nothing', async () => {
    const counts = await agent.stop()
    expect(counts['underspan.lost']).toBeUndefined()
    expect(counts['underspan.dropped']?.['no-message']).toBeUndefined()
    expect(counts['underspan.dropped']?.bug).toBeUndefined()
  })
})
