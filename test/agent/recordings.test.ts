import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { SpanKind } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import type { RecordedOptions } from '../../src/agent/open-recording.ts'
import { replayRecording } from '../../src/agent/replay-file.ts'
import type { Config } from '../../src/config/config.ts'
import { readFlags } from '../../src/config/flags.ts'
import { loadConfig } from '../../src/config/load.ts'
import { RecordingReader } from '../../src/events/recording-reader.ts'
import { ReplayClock } from '../../src/events/replay-clock.ts'
import { RequestDurations } from '../../src/export/request-durations.ts'
import type { ReadableSpan } from '../../src/export/sdk.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { Log } from '../../src/telemetry/log.ts'
import { CollectingSink } from '../export/collecting-sink.ts'
import { checkSpan } from '../support/check-span.ts'

const FOLDER = join(import.meta.dirname, '../recordings')
const RECORDINGS = readdirSync(FOLDER).filter((name) => name.endsWith('.rec'))

/** What a recording of either family must show of its servers. */
const EXPECTED: Readonly<Record<string, { readonly calls: 'parent' | string }>> = {
  'python-threads': { calls: 'parent' },
  'java-pool': { calls: 'parent' },
  nginx: { calls: 'parent' },
  'node-http': { calls: 'parent' },
  'python-handover': { calls: 'model-contradicted' },
  'python-asyncio': { calls: 'parent' },
}

async function replayed(
  name: string,
  flags: readonly string[] = [],
): Promise<{ spans: ReadableSpan[]; counters: Counters; durations: RequestDurations }> {
  const reader = await RecordingReader.open(join(FOLDER, name))
  const clock = new ReplayClock(reader.start.offset)
  const counters = new Counters()
  const sink = new CollectingSink()
  const { config } = loadConfig(readFlags(flags, {}), {})
  const shaped: Config = {
    ...config,
    ...(reader.start.options as RecordedOptions),
    ...(flags.length > 0 ? { traces: config.traces } : {}),
  }
  const durations = new RequestDurations(counters.durations)
  const log = new Log({ level: 'error', clock, write: (line) => expect.fail(line) })
  try {
    await replayRecording(reader, { config: shaped, counters, log, sink, clock, durations })
  } finally {
    await reader.close()
  }
  return { spans: sink.spans, counters, durations }
}

/** One line per span, in the order of their ids. */
function written(spans: readonly ReadableSpan[]): string {
  return spans
    .map((span) =>
      JSON.stringify({
        spanId: span.spanContext().spanId,
        traceId: span.spanContext().traceId,
        parent: span.parentSpanContext?.spanId,
        name: span.name,
        kind: SpanKind[span.kind],
        start: span.startTime,
        end: span.endTime,
        status: span.status,
        attributes: span.attributes,
        service: span.resource.attributes['service.name'],
      }),
    )
    .toSorted()
    .map((line) => `${line}\n`)
    .join('')
}

function pathOf({ attributes }: ReadableSpan): string {
  const path = attributes['url.path']
  return typeof path === 'string' ? path : new URL(String(attributes['url.full'])).pathname
}

/** By the tags in the paths: a call belongs to the request of its tag, a callee to the call it answers. */
function isTrueParent(child: ReadableSpan, parent: ReadableSpan): boolean {
  const [own, above] = [pathOf(child), pathOf(parent)]
  return own === above || (own.split('/')[2] === above.split('/')[2] && above.startsWith('/front/'))
}

describe.each(RECORDINGS)('the recording %s', (name) => {
  test('has the same durations of requests when no trace is kept', async () => {
    const all = await replayed(name)
    const none = await replayed(name, ['--sampler', 'always_off'])
    expect(none.spans).toEqual([])
    expect(none.counters.durations.get('measured')).toBe(all.spans.length)
    const metrics = (of: RequestDurations) => of.read().map((group) => group.metrics)
    expect(metrics(none.durations)).toEqual(metrics(all.durations))
  })

  const [what = ''] = name.split('.')

  test('gives the spans that are written beside it, ids included', async () => {
    const { spans } = await replayed(name)
    await expect(written(spans)).toMatchFileSnapshot(
      join(FOLDER, name.replace('.rec', '.spans.jsonl')),
    )
  })

  test('gives no wrong parent, and each that is expected', async () => {
    const { spans } = await replayed(name)
    const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]))
    const wrong = spans.filter((span) => {
      const parent = byId.get(span.parentSpanContext?.spanId ?? '')
      return span.parentSpanContext && !(parent && isTrueParent(span, parent))
    })
    expect(wrong.map(pathOf)).toEqual([])
    const calls = spans.filter(
      ({ kind, resource }) =>
        kind === SpanKind.CLIENT && resource.attributes['service.name'] !== 'load',
    )
    expect(calls.length).toBeGreaterThanOrEqual(16)
    const told = calls.map((span) => span.attributes['underspan.unparented.reason'] ?? 'parent')
    if (EXPECTED[what]) expect(new Set(told)).toEqual(new Set([EXPECTED[what].calls]))
  })

  test('keeps to the semantic conventions in every attribute of every span', async () => {
    const { spans } = await replayed(name)
    expect(spans.flatMap(checkSpan)).toEqual([])
  })
})

test('there are recordings of both families of hooks', () => {
  for (const what of Object.keys(EXPECTED))
    for (const hooks of ['socket', 'syscall']) expect(RECORDINGS).toContain(`${what}.${hooks}.rec`)
})
