import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { startAgent } from '../support/system/agent.ts'
import { python, Stage } from '../support/system/apps.ts'
import { NatNetwork } from '../support/system/host.ts'
import { load } from '../support/system/load.ts'
import { accepts, finish, freePorts } from '../support/system/program.ts'
import type { SeenSpan } from '../support/system/spans.ts'
import { judge } from '../support/system/truth.ts'

const REQUESTS = 20
const SPANS = 5

const stage = new Stage()
afterEach(() => stage.stop())

function expectWhole(asked: Awaited<ReturnType<typeof load>>, spans: readonly SeenSpan[]): void {
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

describe.each(['socket', 'syscall'] as const)('with %s hooks, both ends are joined', (hooks) => {
  const network = new NatNetwork(`us${process.pid}${hooks[1]}`)
  afterAll(() => network.stop())

  test('through masquerading and a translated port', async () => {
    await network.start()
    const [port] = await freePorts(1)
    const target = `${network.serverAddress}:${network.serverPort}`
    const callee = stage.program([...network.inServer(), ...python('python_plain.py', target)])
    const front = stage.program([
      ...network.inClient(),
      ...python('python_plain.py', port!, `${network.routerAddress}:${NatNetwork.ROUTER_PORT}`),
    ])
    await callee.until(() => listens(network.inServer(), network.serverPort), 'callee')
    await front.until(() => listens(network.inClient(), port!), 'front')

    const agent = await startAgent(stage, {
      hooks,
      ports: [port!, NatNetwork.ROUTER_PORT, network.serverPort],
    })
    const inside = network.inClient()
    const asked = await load(`http://127.0.0.1:${port}`, REQUESTS, 4, { inside })
    await agent.sees((spans) => spans.length >= REQUESTS * SPANS)
    await agent.stop()
    expectWhole(asked, agent.spans)
    const peers = agent.spans
      .filter(({ kind }) => kind === 'SERVER')
      .map(({ attributes }) => attributes['client.address'] ?? attributes['network.peer.address'])
    expect(new Set(peers)).toEqual(new Set(['127.0.0.1', '10.231.2.1']))
  })

  test('over a Unix socket', async () => {
    const [port] = await freePorts(1)
    const path = join(stage.folder(), 'callee.sock')
    const callee = stage.program(python('python_plain.py', path))
    await callee.until(() => answersOn(path), 'listener on a Unix socket')
    const front = await stage.server(python('python_plain.py', port!, path), port!)

    const agent = await startAgent(stage, { hooks, flags: ['--pid', `${callee.pid},${front.pid}`] })
    // The age of a Unix socket is known in whole seconds: one of the agent's first is taken for older.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const asked = await load(`http://127.0.0.1:${port}`, REQUESTS, 4)
    await agent.sees((spans) => spans.length >= REQUESTS * SPANS)
    await agent.stop()
    expectWhole(asked, agent.spans)
  })

  test('over IPv6', async () => {
    const [port, down] = await freePorts(2)
    const callee = stage.program(python('python_plain.py', `::1:${down}`))
    await callee.until(() => accepts(down!, '::1'), 'callee on ::1')
    await stage.server(python('python_plain.py', port!, `::1:${down}`), port!)

    const agent = await startAgent(stage, { hooks, ports: [port!, down!] })
    const asked = await load(`http://127.0.0.1:${port}`, REQUESTS, 4)
    await agent.sees((spans) => spans.length >= REQUESTS * SPANS)
    await agent.stop()
    expectWhole(asked, agent.spans)
  })
})

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
