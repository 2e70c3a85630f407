import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAgent } from '../support/system/agent.ts'
import { python, Stage } from '../support/system/apps.ts'
import { NatNetwork } from '../support/system/host.ts'
import { type Load, load } from '../support/system/load.ts'
import { accepts, finish, freePorts, type Program } from '../support/system/program.ts'
import type { SeenSpan } from '../support/system/spans.ts'
import { judge, pathOf } from '../support/system/truth.ts'

const REQUESTS = 20
const SPANS = 5

function expectWhole(asked: Load, spans: readonly SeenSpan[]): void {
  expect(asked.failed).toBe(0)
  const { whole, wrong, missing, duplicate, reasons } = judge(asked, spans)
  expect({ whole, wrong, missing, duplicate, reasons }).toEqual({
    whole: REQUESTS,
    wrong: [],
    missing: [],
    duplicate: [],
    reasons: { front: { entry: REQUESTS }, call: {}, callee: {} },
  })
}

/** Tags of two fronts do not meet. */
const TAGS_APART = 1000

describe.each(['socket', 'syscall'] as const)('with %s hooks, both ends are joined', (hooks) => {
  const stage = new Stage()
  const network = new NatNetwork(`us${process.pid}${hooks[1]}`)
  const spans: SeenSpan[] = []
  const loads: Load[] = []

  /** Of the requests to one of the fronts. */
  const seen = (which: number) => {
    const tags = new Set(loads[which]!.requests.map(({ tag }) => tag))
    return spans.filter((span) => tags.has(pathOf(span).split('/')[2] ?? ''))
  }

  beforeAll(async () => {
    await network.start()
    const pairs = [await throughNat(), await overUnix(), await overIpv6()]
    const pids = pairs.flatMap(({ front, callee }) => [front.pid, callee.pid])
    const agent = await startAgent(stage, { hooks, flags: ['--pid', pids.join(',')] })
    const ready = performance.now()
    for (const i of [0, 2, 1]) {
      // The age of a Unix socket is known in whole seconds: one of the agent's first is taken for older.
      if (i === 1) await pause(Math.max(0, ready + 1100 - performance.now()))
      const { port, inside } = pairs[i]!
      const options = { inside, from: 1 + i * TAGS_APART }
      loads[i] = await load(`http://127.0.0.1:${port}`, REQUESTS, 4, options)
    }
    await agent.sees((all) => all.length >= pairs.length * REQUESTS * SPANS)
    await agent.stop()
    spans.push(...agent.spans)
  })

  afterAll(async () => {
    await stage.stop()
    await network.stop()
  })

  async function throughNat(): Promise<Pair> {
    const [port] = await freePorts(1)
    const inside = network.inClient()
    const target = `${network.serverAddress}:${network.serverPort}`
    const callee = stage.program([...network.inServer(), ...python('python_plain.py', target)])
    const front = stage.program([
      ...inside,
      ...python('python_plain.py', port!, `${network.routerAddress}:${NatNetwork.ROUTER_PORT}`),
    ])
    await callee.until(() => listens(network.inServer(), network.serverPort), 'callee')
    await front.until(() => listens(inside, port!), 'front')
    return { callee, front, port: port!, inside }
  }

  async function overUnix(): Promise<Pair> {
    const [port] = await freePorts(1)
    const path = join(stage.folder(), 'callee.sock')
    const callee = stage.program(python('python_plain.py', path))
    await callee.until(() => answersOn(path), 'listener on a Unix socket')
    const front = await stage.server(python('python_plain.py', port!, path), port!)
    return { callee, front, port: port!, inside: [] }
  }

  async function overIpv6(): Promise<Pair> {
    const [port, down] = await freePorts(2)
    const callee = stage.program(python('python_plain.py', `::1:${down}`))
    await callee.until(() => accepts(down!, '::1'), 'callee on ::1')
    const front = await stage.server(python('python_plain.py', port!, `::1:${down}`), port!)
    return { callee, front, port: port!, inside: [] }
  }

  test('through masquerading and a translated port', () => {
    expectWhole(loads[0]!, seen(0))
    const peers = seen(0)
      .filter(({ kind }) => kind === 'SERVER')
      .map(({ attributes }) => attributes['client.address'] ?? attributes['network.peer.address'])
    expect(new Set(peers)).toEqual(new Set(['127.0.0.1', '10.231.2.1']))
  })

  test('over a Unix socket', () => expectWhole(loads[1]!, seen(1)))

  test('over IPv6', () => expectWhole(loads[2]!, seen(2)))
})

/** A front that calls another server. */
interface Pair {
  readonly callee: Program
  readonly front: Program
  readonly port: number
  readonly inside: readonly string[]
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function listens(inside: readonly string[], port: number): Promise<boolean> {
  return (await finish([...inside, 'ss', '-Hltn', `sport = :${port}`])) !== ''
}

async function answersOn(path: string): Promise<boolean> {
  const curl = ['curl', '-s', '-o', '/dev/null', '-m', '5', '--unix-socket', path]
  return finish([...curl, 'http://localhost/up/x']).then(
    () => true,
    () => false,
  )
}
