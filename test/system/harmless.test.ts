import { afterEach, expect, test } from 'vitest'
import { startAgent } from '../support/system/agent.ts'
import { Stage, startNginx } from '../support/system/apps.ts'
import { bpfObjects } from '../support/system/host.ts'
import { type Flood, floodCommand } from '../support/system/load.ts'
import { eventually, freePorts } from '../support/system/program.ts'

const REQUESTS = 50_000
const CONNECTIONS = 32
/** How much of the flood is served before the agent is killed. */
const BEFORE_KILL_MS = 1000

const stage = new Stage()
afterEach(() => stage.stop())

test.each(['socket', 'syscall'] as const)(
  'an agent with %s hooks, killed under load, leaves nothing behind and no request fails',
  async (hooks) => {
    const [port] = await freePorts(1)
    await startNginx(stage, port!, port!)
    const before = await bpfObjects()
    const agent = await startAgent(stage, { hooks, ports: [port!], output: 'none' })
    const during = await bpfObjects()
    const added = during.filter((object) => !before.includes(object))
    for (const kind of ['prog', 'map', 'link'])
      expect(added.filter((object) => object.startsWith(kind)).length).toBeGreaterThan(0)

    const flags = ['--path', '/still', '--rate', '10000']
    const target = `127.0.0.1:${port}`
    const flood = stage.program(floodCommand(target, REQUESTS, CONNECTIONS, flags))
    await new Promise((resolve) => setTimeout(resolve, BEFORE_KILL_MS))
    expect(flood.outcome).toBeUndefined()
    expect(await agent.program.stop('SIGKILL')).toBe('SIGKILL')
    expect(flood.outcome).toBeUndefined()

    expect(await flood.ended).toBe(0)
    const { answered, failed } = JSON.parse(flood.stdout) as Flood
    expect({ answered, failed }).toEqual({ answered: REQUESTS, failed: 0 })
    const left = async () => (await bpfObjects()).filter((object) => added.includes(object))
    await eventually(async () => (await left()).length === 0, 10_000, 200)
    expect(await left()).toEqual([])
  },
)
