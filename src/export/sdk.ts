// The only door to the OpenTelemetry SDK in this folder (2.x; for 3.x `sdk-trace` instead of
// `sdk-trace-base`). Only structural types cross it: no SDK instance is handed on.
export {
  type DiagLogger,
  DiagLogLevel,
  diag,
  type HrTime,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api'
export { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
export {
  type ReadableSpan,
  SamplingDecision,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
