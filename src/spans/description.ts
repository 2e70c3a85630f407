import type { Config } from '../config/config.ts'
import type { Exchange, Outcome } from '../exchanges/exchange.ts'
import type { DescribeFacts, SpanFacts } from '../protocols/protocol.ts'
import type { Redaction } from './redact.ts'
import type { ResolvedNames } from './resolved-names.ts'
import type { Routes } from './routes.ts'

/** What a protocol may ask while it describes an exchange: one object, set anew for each. */
export class Description implements DescribeFacts {
  role: Exchange['role'] = 'client'
  serverAddress = ''
  serverPort = 0
  outcome: Outcome | undefined = undefined
  duration: number | undefined = undefined
  /** undefined: no route is looked for. */
  #service: string | undefined = undefined
  readonly #routes: Routes
  readonly #redaction: Redaction
  readonly #names: ResolvedNames

  readonly queryText: Config['queryText']

  constructor(
    routes: Routes,
    redaction: Redaction,
    names: ResolvedNames,
    queryText: Config['queryText'],
  ) {
    this.#routes = routes
    this.#names = names
    this.#redaction = redaction
    this.queryText = queryText
  }

  /** The attributes belong to the caller. Without a service nothing is learned and no route found. */
  of(exchange: Exchange, service?: string): SpanFacts {
    const { socket, role } = exchange
    const isServer = role === 'server'
    this.role = role
    const name = this.#names.of(socket)
    this.serverAddress = isServer ? socket.localAddress : name || socket.remoteAddress
    this.serverPort = isServer ? socket.localPort : socket.remotePort
    this.outcome = exchange.outcome
    this.duration = exchange.ended && exchange.ended.time - exchange.opened.time
    this.#service = service
    return exchange.protocol.describe(exchange.request, exchange.response, this)
  }

  route(path: string): string {
    return this.#service === undefined ? '' : this.#routes.route(this.#service, path)
  }

  query(raw: string): string {
    return this.#redaction.query(raw)
  }
}
