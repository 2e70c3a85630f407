import type { Played, Scene } from '../../test/support/guest/scene.ts'
import type { SeenSpan } from '../../test/support/system/spans.ts'
import { judge, pathOf } from '../../test/support/system/truth.ts'
import { type Account, sum } from './fault.ts'

export const CPUS = 8
const REQUESTS = 60
const AT_A_TIME = 6
const SPANS = 5 // of one request: the front's, two calls, two answers to them
const [DOWN, FRONT] = [21_000, 21_001]
const PYTHON = '/usr/bin/python3'
const SERVER = 'test/apps/python_plain.py'
const LONGEST_TRACE = 120_000_000_000n // ns

/** Where the clock is set to while requests are under way. */
const STEPPED = '2033-05-18 03:33:20'
export const STEPPED_TO = BigInt(Date.parse(`${STEPPED}Z`)) * 1_000_000n

const load = (tag: string) =>
  [
    'node',
    'test/apps/load.mjs',
    `http://127.0.0.1:${FRONT}`,
    REQUESTS,
    AT_A_TIME,
    '--tag',
    tag,
  ].map(String)

/** CPUs go and come back during the first load, the clock is set during the second. */
export const CPU_SCENE: Scene = {
  name: 'CPUs that come and go',
  servers: [
    { command: [PYTHON, '-u', SERVER, `${DOWN}`], port: DOWN },
    { command: [PYTHON, '-u', SERVER, `${FRONT}`, `${DOWN}`], port: FRONT },
  ],
  agent: [
    ...['run', '--output', 'json', '--instance', 'guest', '--hooks', 'syscall'],
    ...['--exclude-command', '*/test/apps/load.mjs *', '--cpu-limit', 'none'],
    ...['--route', '/front/:tag,/call/:tag/:number'],
  ],
  loads: [
    load('during'),
    ['sh', '-c', `${load('stepped').join(' ')} & sleep 1; date -s '${STEPPED}' >&2; wait`],
  ],
  spans: 2 * REQUESTS * SPANS,
  cpus: [3, 5],
}

/** Each lost event may be one that a missing span needs. */
export function accountOf(played: Played): Account {
  const verdicts = ['during', 'stepped'].map((tag, i) => judge(played.load(i), tagged(played, tag)))
  const missing = verdicts.reduce((all, verdict) => all + verdict.missing.length, 0)
  const lost = sum(played.counts['underspan.lost'] ?? {})
  const happened = 2 * REQUESTS * SPANS
  return {
    ...{ happened, unit: 'spans', found: happened - missing, where: 'in the output' },
    counted: { 'for want of lost events': Math.min(missing, lost) },
    notes: [`${lost} events lost`, `CPUs switched ${played.switched} times`],
    wrong: [
      ...verdicts.flatMap(({ wrong, duplicate, unexplained }) => [
        ...wrong,
        ...duplicate,
        ...unexplained,
      ]),
      ...tornByClock(played.spans),
    ],
  }
}

/** Spans of the requests with this tag alone. */
function tagged({ spans }: Played, tag: string): SeenSpan[] {
  return spans.filter((span) => pathOf(span).split('/')[2]?.startsWith(tag))
}

/** Traces of which a part is before the step and a part after it; spans that end before they begin. */
export function tornByClock(spans: readonly SeenSpan[]): string[] {
  const first = new Map<string, bigint>()
  const torn: string[] = []
  for (const { traceId, spanId, start, end } of spans) {
    const begun = first.get(traceId) ?? start
    first.set(traceId, begun)
    const apart = start > begun ? start - begun : begun - start
    if (apart > LONGEST_TRACE || end < start || end - start > LONGEST_TRACE)
      torn.push(`span ${spanId} of trace ${traceId} lasts from ${start} to ${end}`)
  }
  return torn
}
