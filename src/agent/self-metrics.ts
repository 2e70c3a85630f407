import type { Numbers } from '../export/metric.ts'
import type { ProgramFacts } from '../loader/bpf-object.ts'
import type { MapFacts } from '../loader/map-fill.ts'
import type { Counters } from '../telemetry/counters.ts'

/** What is read beside the counters. */
export interface Readings {
  /** Microseconds of CPU since the start. */
  readonly cpu: { readonly user: number; readonly system: number }
  /** Resident memory of the agent, bytes; the kernel's maps and rings are beside it. */
  readonly memory: number
  /** Out of the rings. */
  readonly readBytes: number
  readonly openExchanges: number
  /** Spans whose way to the collector is not at its end. */
  readonly waitingSpans: number
  /** Shares of traces and of connections within --cpu-limit, 0 to 1. */
  readonly tracesKept: number
  readonly connectionsRead: number
  /** The kernel's maps that can be full. */
  readonly maps: readonly MapFacts[]
  readonly programs: readonly ProgramFacts[]
}

/** Unit and meaning of each counter. */
const COUNTED: Readonly<Record<keyof Counters, readonly [unit: string, description: string]>> = {
  kernel: ['{event}', 'What the kernel side did'],
  lost: ['{event}', 'Events that the kernel side lost'],
  uncaptured: ['{operation}', 'Socket operations of which fewer bytes were copied than moved'],
  transport: ['{event}', 'What went wrong between the kernel and the first stage'],
  dropped: ['{message}', 'What was seen and no span came of'],
  gaps: ['{gap}', 'Stretches of a stream that were not there to be read'],
  spans: ['{span}', 'Spans by what became of them'],
  output: ['{span}', 'Spans for standard output by what became of them'],
  recording: ['{event}', 'Events for a recording, by what became of them there'],
  exchanges: ['{exchange}', 'Requests that were followed to their end'],
  parents: ['{span}', 'Parents given, by the evidence'],
  unparented: ['{span}', 'Spans without a parent, by the reason'],
  answers: ['{request}', 'The answer test: do answers leave under the context of their request'],
  identities: [
    '{process}',
    'Processes whose runtime tells activities apart, by what was learned of them',
  ],
  immediates: ['{process}', 'Processes by whether it is seen when their loops run immediates'],
  births: ['{process}', 'Processes by whether copies of their context objects are seen'],
  durations: ['{request}', 'Requests whose duration was counted, with --request-metrics'],
  conflicts: ['{conflict}', 'Headers and evidence that named different traces'],
}

/** Every count and reading, zeros too: a rate needs to know where it began. */
export function metricsOf(counters: Counters, readings: Readings): Numbers[] {
  const counted = Object.keys(COUNTED) as (keyof Counters)[]
  return [...counted.map((name) => counterMetric(counters, name)), ...readingMetrics(readings)]
}

function counterMetric(counters: Counters, field: keyof Counters): Numbers {
  const counter = counters[field]
  const [unit, description] = COUNTED[field]
  const points = counter
    .entries()
    .map(([reason, value]) => ({ attributes: { reason: String(reason) }, value }))
  return { name: counter.name, description, unit, kind: 'count', points }
}

/** The first two are names of the semantic conventions. */
function readingMetrics(readings: Readings): Numbers[] {
  const { cpu, memory, openExchanges, waitingSpans, tracesKept, connectionsRead } = readings
  return [
    {
      name: 'process.cpu.time',
      description: 'CPU time of the agent',
      unit: 's',
      kind: 'count',
      points: [
        { attributes: { 'cpu.mode': 'user' }, value: cpu.user / 1e6 },
        { attributes: { 'cpu.mode': 'system' }, value: cpu.system / 1e6 },
      ],
    },
    one('process.memory.usage', 'Resident memory of the agent', 'By', 'level', memory),
    one(
      'underspan.open.exchanges',
      'Requests without an end',
      '{exchange}',
      'level',
      openExchanges,
    ),
    one('underspan.waiting.spans', 'Spans not yet sent', '{span}', 'level', waitingSpans),
    one('underspan.kept.traces', 'Share of traces kept', '1', 'share', tracesKept),
    one('underspan.read.connections', 'Share of connections read', '1', 'share', connectionsRead),
    one('underspan.read.bytes', 'Read out of the rings', 'By', 'count', readings.readBytes),
    ...kernelMetrics(readings),
  ]
}

function kernelMetrics({ maps, programs }: Readings): Numbers[] {
  const ofMaps = (pick: (map: MapFacts) => number) =>
    maps.map((map) => ({ attributes: { map: map.name }, value: pick(map) }))
  return [
    {
      name: 'underspan.map.entries',
      description: "Entries of the kernel's maps",
      unit: '{entry}',
      kind: 'level',
      points: ofMaps(({ entries }) => entries),
    },
    {
      name: 'underspan.map.limit',
      description: 'Entries that they have room for',
      unit: '{entry}',
      kind: 'level',
      points: ofMaps(({ limit }) => limit),
    },
    {
      name: 'underspan.program.verified',
      description: 'Instructions that the verifier looked at',
      unit: '{instruction}',
      kind: 'level',
      points: programs.map(({ name, verified }) => ({
        attributes: { program: name },
        value: verified,
      })),
    },
  ]
}

function one(
  name: string,
  description: string,
  unit: string,
  kind: Numbers['kind'],
  value: number,
): Numbers {
  return { name, description, unit, kind, points: [{ attributes: {}, value }] }
}
