import { StartupError } from '../base/errors.ts'
import type { DiagBridge } from './diag-bridge.ts'
import { loadTransport } from './load-transport.ts'
import { type Answer, answerOf } from './otlp-answer.ts'
import { OTLPTraceExporter, ProtobufTraceSerializer, type ReadableSpan } from './sdk.ts'
import { encodeSpans } from './span-encoder.ts'

// The exporter has its encoder from there, and no option for another. Its sending is untouched: settings, TLS,
// headers, compression, deadlines.
ProtobufTraceSerializer.serializeRequest = encodeSpans

/** One connection to a collector. It tries once and says what came of it. */
export interface OtlpClient {
  /** `done` is called once, perhaps before `send` returns. Never throws. */
  send(spans: ReadableSpan[], done: (answer: Answer) => void): void
  /** Waits for what is in flight; never rejects. */
  close(): Promise<void>
}

/**
 * The official exporter. It reads OTEL_EXPORTER_OTLP_* itself (headers, TLS, compression, timeout)
 * and its certificate files again with each client, so renewed ones are picked up.
 */
export class GrpcClient implements OtlpClient {
  readonly #exporter: OTLPTraceExporter
  readonly #diag: DiagBridge

  constructor(endpoint: string, diag: DiagBridge) {
    this.#exporter = new OTLPTraceExporter({ url: endpoint })
    this.#diag = diag
  }

  send(spans: ReadableSpan[], done: (answer: Answer) => void): void {
    try {
      this.#exporter.export(spans, (result) => {
        if (result.code === 0) done({ kind: 'accepted', ...this.#diag.takePartialSuccess() })
        else done(answerOf(result.error))
      })
    } catch (error) {
      // The encoder throws on a span that it cannot write, before anything is sent.
      done({ kind: 'cut', message: error instanceof Error ? error.message : String(error) })
    }
  }

  async close(): Promise<void> {
    await this.#exporter.shutdown().catch(() => {}) // its calls have reported already
  }
}

/** The first client of a run: what its settings make impossible is said at start. */
export function connectAtStart<Client>(connect: () => Client): Client {
  loadTransport()
  try {
    return connect()
  } catch (error) {
    throw new StartupError(
      'BAD_OPTION',
      `the OTLP exporter does not accept its settings: ${error instanceof Error ? error.message : error}`,
      'Check the endpoint and OTEL_EXPORTER_OTLP_HEADERS (name=value pairs, percent-encoded).',
      { cause: error },
    )
  }
}
