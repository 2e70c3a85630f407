import { createServer, type Server, type ServerResponse } from 'node:http'
import { StartupError } from '../base/errors.ts'

/** Nobody outside of this host needs to know. */
const HOST = '127.0.0.1'
/** Probes are short; who holds a connection open is cut off. */
const LONGEST_REQUEST_MS = 2000
const LONGEST_IDLE_MS = 5000
const MAX_CONNECTIONS = 32

/** What a probe is told. */
export interface Verdict {
  readonly good: boolean
  /** One sentence or half of one, for a person. */
  readonly reason: string
}

/** By path, as `/health`; asked anew for each request. */
export type Probes = Readonly<Record<string, () => Verdict>>

/** Answers probes over HTTP on loopback: 200 or 503, with the reason as plain text. */
export class HealthServer {
  readonly #server: Server
  readonly #probes: Probes

  constructor(probes: Probes) {
    this.#probes = probes
    this.#server = createServer(
      { requestTimeout: LONGEST_REQUEST_MS, headersTimeout: LONGEST_REQUEST_MS },
      ({ method, url }, response) => this.#answer(method, url, response),
    )
    this.#server.keepAliveTimeout = LONGEST_IDLE_MS
    this.#server.maxConnections = MAX_CONNECTIONS
  }

  /** Returns the port, which differs from a given 0. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => reject(refusal(port, error)))
      this.#server.listen(port, HOST, resolve)
    })
    const address = this.#server.address()
    return typeof address === 'object' && address ? address.port : port
  }

  /** With the connections that are open. */
  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #answer(method = '', url = '', response: ServerResponse): void {
    const path = url.split('?', 1)[0]!
    const probe = Object.hasOwn(this.#probes, path) ? this.#probes[path] : undefined
    if (!probe) {
      say(response, 404, `there are ${Object.keys(this.#probes).join(' and ')}`)
    } else if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      say(response, 405, 'only GET and HEAD are answered')
    } else {
      const { good, reason } = probe()
      say(response, good ? 200 : 503, reason)
    }
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(`${text}\n`)
}

function refusal(port: number, error: NodeJS.ErrnoException): StartupError {
  const taken = error.code === 'EADDRINUSE'
  return new StartupError(
    'PORT_TAKEN',
    taken
      ? `something else listens on ${HOST}:${port}, which --health asks for`
      : `--health cannot listen on ${HOST}:${port}: ${error.message}`,
    taken
      ? `Choose another port, or see who has it: ss -ltnp 'sport = :${port}'.`
      : 'Choose another port.',
    { cause: error },
  )
}
