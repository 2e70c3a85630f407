import type { Exchange } from '../../../src/exchanges/exchange.ts'
import type { SpanFacts } from '../../../src/protocols/protocol.ts'
import type { Dissected } from './dissect.ts'

/** Reads the same sessions twice: as tshark has them and as the agent has them, in the same words. */
export interface Judge {
  /** tshark chooses its dissector by it. */
  readonly serverPort: number
  /** Names of tshark's protocols. */
  readonly layers: readonly string[]
  /** Of one connection, in the order of its packets. */
  theirs(packets: readonly Dissected[]): string[]
  ours(exchanges: readonly Exchange[]): string[]
}

/** With texts as they were sent. */
export function describedRaw({ protocol, request, response, outcome }: Exchange): SpanFacts {
  return protocol.describe(request, response, {
    role: 'client',
    serverAddress: '127.0.0.2',
    serverPort: 1,
    outcome,
    route: (path) => path,
    query: (raw) => raw,
    queryText: 'raw',
  })
}

/** What each asks when it opens, and its error when it ends: in the order of the operations. */
export function inTime(
  exchanges: readonly Exchange[],
  asked: (exchange: Exchange) => string | undefined,
  failed: (exchange: Exchange) => string | undefined,
): string[] {
  const rows = exchanges.flatMap((exchange) => [
    { row: asked(exchange), time: exchange.opened.time },
    { row: failed(exchange), time: exchange.ended!.time },
  ])
  return rows.sort((a, b) => a.time - b.time).flatMap(({ row }) => row ?? [])
}
