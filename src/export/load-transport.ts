import { createRequire } from 'node:module'

/** Loaded by the exporter only when it sends for the first time (0.223). */
const LATE = ['@grpc/grpc-js', './create-service-client-constructor']

/**
 * Loads at start what would be loaded with the first span: by then an upgrade may have replaced the
 * files of the running agent.
 */
export function loadTransport(): void {
  const exporter = createRequire(import.meta.url).resolve('@opentelemetry/otlp-grpc-exporter-base')
  const load = createRequire(exporter)
  for (const name of LATE) load(name)
}
