import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Agent, type Counts, startAgent } from '../support/system/agent.ts'
import { Stage, startNginx } from '../support/system/apps.ts'
import { type Flood, floodCommand } from '../support/system/load.ts'
import { freePorts, type Program } from '../support/system/program.ts'
import { spanOfAgentLine } from '../support/system/spans.ts'

const CONNECTIONS = 32
const SERVER_REQUEST = /\.ingress\.server$/

const stage = new Stage()
afterEach(() => stage.stop())

/** nginx, which reads each request at once, and an agent that watches it. */
async function start(): Promise<{ agent: Agent; target: string; lines: string }> {
  const [port] = await freePorts(1)
  await startNginx(stage, port!, port!)
  const lines = join(stage.folder(), 'spans.jsonl')
  const agent = await startAgent(stage, { ports: [port!], stdoutFile: lines })
  return { agent, target: `127.0.0.1:${port}`, lines }
}

/** Each span once. */
function serverSpans(lines: string): number {
  const spans = readFileSync(lines, 'utf8').trimEnd().split('\n').map(spanOfAgentLine)
  return new Set(spans.filter(({ kind }) => kind === 'SERVER').map(({ spanId }) => spanId)).size
}

function lostRequests(counts: Counts): number {
  const lost = Object.entries(counts['underspan.lost'] ?? {})
  return lost.reduce((sum, [word, count]) => sum + (SERVER_REQUEST.test(word) ? count : 0), 0)
}

async function expectAllAnswered(flood: Program, requests: number): Promise<void> {
  expect(await flood.ended, flood.describe()).toBe(0)
  const { answered, failed } = JSON.parse(flood.stdout) as Flood
  expect({ answered, failed }).toEqual({ answered: requests, failed: 0 })
}

describe('the account of requests', () => {
  test('is whole at 5,000 requests a second, and nothing is lost', async () => {
    const requests = 15_000
    const { agent, target, lines } = await start()
    const flags = ['--path', '/still', '--rate', '5000']
    const flood = stage.program(floodCommand(target, requests, CONNECTIONS, flags))
    await expectAllAnswered(flood, requests)
    const counts = await agent.stop()
    expect(counts['underspan.lost']).toBeUndefined()
    expect(counts['underspan.output']).toEqual({ shown: requests })
    expect(serverSpans(lines)).toBe(requests)
  })

  // The kernel side counts what it lost of the whole host: a neighbour's requests would be in it.
  test('adds up to the unit when the rings overflow', { retry: 2 }, async () => {
    await stage.stop()
    const requests = 100_000
    const { agent, target, lines } = await start()
    // Long requests fill the rings sooner; nginx reads each of them at once all the same.
    const flags = ['--path', `/still?${'x'.repeat(3000)}`, '--rate', '12000']
    const flood = stage.program(floodCommand(target, requests, CONNECTIONS, flags))
    await pause(500)
    agent.program.kill('SIGSTOP')
    await pause(5000)
    agent.program.kill('SIGCONT')
    expect(flood.outcome).toBeUndefined()
    await expectAllAnswered(flood, requests)
    const counts = await agent.stop()

    expect(lostRequests(counts)).toBeGreaterThan(0)
    const leftOut = counts['underspan.output']?.['slow-reader'] ?? 0
    const accounted = serverSpans(lines) + leftOut + lostRequests(counts)
    expect(accounted, JSON.stringify(counts)).toBe(requests)
  })
})

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
