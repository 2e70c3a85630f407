import type { Clock } from '../../src/base/time.ts'
import type { Host } from '../../src/processes/host.ts'
import { SpanBuilder, type SpanConfig } from '../../src/spans/build-span.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { ManualClock } from './manual-clock.ts'

export const A_HOST: Host = {
  name: 'node-1',
  arch: 'amd64',
  id: '3d1219c7c4c5404aaa1f6d2a48adfda4',
  osName: 'Debian GNU/Linux',
  osVersion: '12',
  kernel: '6.1.0-18-amd64',
}

export const A_CONFIG: SpanConfig = {
  excludePaths: [],
  routes: [],
  urlQuery: 'hide',
  queryText: 'parameterised',
  showSecrets: false,
  resource: { serviceName: '', attributes: [] },
  limits: { attributeCount: 128, attributeValueLength: Number.POSITIVE_INFINITY },
}

export function aSpanBuilder(
  config: Partial<SpanConfig> = {},
  clock: Clock = new ManualClock(),
  counters = new Counters(),
): SpanBuilder {
  return new SpanBuilder({ ...A_CONFIG, ...config }, A_HOST, clock, counters)
}
