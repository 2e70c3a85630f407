import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { startCollector } from '../../test/support/collector/collector.ts'
import { startAgent } from '../../test/support/system/agent.ts'
import { eventually, freePorts } from '../../test/support/system/program.ts'
import type { Fault } from './fault.ts'

const SERVER = join(import.meta.dirname, 'holding-server.mjs')
const CONNECTIONS = 20
const ANSWERED = { long: 200, short: 5 }
/** What a span says whose other end went away. */
const CUT = /^connection_(closed|reset)$/
const HEADERS = 'HTTP/1.1\r\nHost: target\r\n\r\n'

export const TARGET_KILLED: Fault = {
  name: 'target-killed',
  what: 'a server is killed while requests are open, those of a proxy before it among them',
  run: async (stage, size) => {
    const collector = await startCollector(stage)
    const [port, proxy] = await freePorts(2)
    const target = await stage.server([process.execPath, SERVER, String(port)], port!)
    await stage.server([process.execPath, SERVER, String(proxy), String(port)], proxy!)
    const agent = await startAgent(stage, {
      ...{ ports: [port!, proxy!], endpoint: collector.endpoint, output: 'none' },
      flags: ['--exclude-pid', String(process.pid), '--batch-delay', '100'],
    })
    const clients = Array.from(
      { length: CONNECTIONS },
      (_, i) => new Client(i % 2 ? port! : proxy!),
    )
    for (let i = 0; i < ANSWERED[size]; i++)
      await Promise.all(clients.map((client) => client.ask('/quick')))
    const open = clients.map((client) => client.ask('/hold').catch(() => 0))
    const holds = () => target.stdout.split('\n').length - 1 >= CONNECTIONS
    if (!(await eventually(holds, 20_000))) throw new Error('the server does not hold all requests')
    await target.stop('SIGKILL')
    const statuses = await Promise.all(open)
    for (const client of clients) client.end()

    const counts = await agent.stop()
    await collector.stop()
    const quick = ANSWERED[size] * CONNECTIONS
    const viaProxy = CONNECTIONS / 2
    // A request through the proxy is three exchanges: the proxy's, its call, and the answer to that.
    const exchanges = (quick + CONNECTIONS) * 2
    const broken = CONNECTIONS + viaProxy
    const spans = collector.spans()
    const cut = spans.filter(({ attributes }) => CUT.test(String(attributes['error.type']))).length
    const { answered = 0, ...others } = counts['underspan.exchanges'] ?? {}
    return {
      ...{ happened: exchanges, unit: 'exchanges', found: spans.length - cut, where: 'answered' },
      counted: others,
      notes: [`${cut} spans say so`],
      wrong: [
        ...expectEqual('answers 502', statuses.filter((status) => status === 502).length, viaProxy),
        ...expectEqual('exchanges counted as answered', answered, exchanges - broken),
        ...expectEqual('spans that end with their connection', cut, broken),
      ],
    }
  },
}

function expectEqual(what: string, found: number, wanted: number): string[] {
  return found === wanted ? [] : [`${found} ${what}, not ${wanted}`]
}

/** One connection, one request after the other; the status of each answer. */
class Client {
  readonly #socket: Socket
  #answer: ((status: number) => void) | undefined
  #broken: ((error: Error) => void) | undefined

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1' })
    this.#socket.setEncoding('latin1').on('data', (text) => {
      this.#answer?.(Number(/^HTTP\/1.1 (\d+)/.exec(String(text))?.[1] ?? 0))
    })
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => this.#broken?.(new Error('closed')))
  }

  ask(path: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#answer = resolve
      this.#broken = reject
      this.#socket.write(`GET ${path} ${HEADERS}`)
    })
  }

  end(): void {
    this.#socket.destroy()
  }
}
