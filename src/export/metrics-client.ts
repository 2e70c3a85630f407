import type { DiagBridge } from './diag-bridge.ts'
import { type Answer, answerOf } from './otlp-answer.ts'
import {
  convertLegacyOtlpGrpcOptions,
  createOtlpGrpcExportDelegate,
  ProtobufMetricsSerializer,
  type ResourceMetrics,
} from './sdk.ts'

/** One connection to whoever takes the agent's metrics. It tries once and says what came of it. */
export interface MetricsClient {
  /** `done` is called once, perhaps before `send` returns. Never throws. */
  send(metrics: readonly ResourceMetrics[], done: (answer: Answer) => void): void
  /** Gives up what is in flight; never rejects. */
  close(): void
}

/**
 * What the official exporter for metrics is made of (`exporter-metrics-otlp-grpc` is these parts and
 * a class around them). It reads OTEL_EXPORTER_OTLP_* and OTEL_EXPORTER_OTLP_METRICS_* itself.
 */
export class GrpcMetricsClient implements MetricsClient {
  readonly #delegate: ReturnType<typeof delegateTo>
  readonly #diag: DiagBridge

  /** `timeoutMs` shortens the timeout of those variables, never lengthens it. */
  constructor(endpoint: string, timeoutMs: number, diag: DiagBridge) {
    this.#delegate = delegateTo(endpoint, timeoutMs)
    this.#diag = diag
  }

  send(metrics: readonly ResourceMetrics[], done: (answer: Answer) => void): void {
    try {
      this.#delegate.export(metrics, (result) => {
        // Taken in any case: otherwise the next batch of spans would take it for its own.
        const partial = this.#diag.takePartialSuccess()
        done(result.code === 0 ? { kind: 'accepted', ...partial } : answerOf(result.error))
      })
    } catch (error) {
      done({ kind: 'refused', message: error instanceof Error ? error.message : String(error) })
    }
  }

  close(): void {
    void this.#delegate.shutdown().catch(() => {}) // its calls have reported already
  }
}

/** The messages of several resources behind each other are the message of them all. */
const SERIALIZER = {
  serializeRequest: (metrics: readonly ResourceMetrics[]) =>
    Buffer.concat(
      metrics.map((one) => ProtobufMetricsSerializer.serializeRequest(one) ?? new Uint8Array()),
    ),
  deserializeResponse: ProtobufMetricsSerializer.deserializeResponse,
}

function delegateTo(endpoint: string, timeoutMs: number) {
  const options = convertLegacyOtlpGrpcOptions({ url: endpoint }, 'METRICS')
  return createOtlpGrpcExportDelegate(
    { ...options, timeoutMillis: Math.min(options.timeoutMillis, timeoutMs) },
    SERIALIZER,
    'otlp_grpc_metric_exporter',
    { name: 'metric_data_point', countItems: () => 0 }, // for metrics of the exporter, which are off
    undefined,
    'MetricsExportService',
    '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  )
}
