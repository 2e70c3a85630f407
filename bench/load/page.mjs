// docs/costs.md: what was measured, on what, and how.
import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import { firstLoss } from './losses.mjs'
import { table } from './table.mjs'

const RSS_IDLE_MB = 120
const RSS_LOADED_MB = 200
const AGENT_MICROSECONDS = 16
const FRAMED_MICROSECONDS = 4

export function machine() {
  const processors = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${processors.length} × ${processors[0].model.trim()}, ${memory} GiB, Linux ${release()}, Node ${process.version}`
}

function count(number) {
  return Math.round(number).toLocaleString('en')
}

function loadTable({ rows, against }) {
  const isOurs = against === ''
  return table(
    [
      ...['load', 'requests/s without', 'with', 'kept', ...(isOurs ? ['budget'] : [])],
      ...['agent, µs a span', 'collector, µs a span', 'spans of requests'],
      ...['p50 / p99 without, ms', 'with, ms', ...(isOurs ? ['lost'] : []), 'RSS, MB'],
    ],
    rows.map((row) => [
      ...[row.name, count(row.plainPerSecond), count(row.tracedPerSecond), row.kept],
      ...(isOurs ? [row.budget] : []),
      ...[row.agent, row.collector, row.spans, ...row.latency],
      ...(isOurs ? [row.lost + row.unsent] : []),
      Math.round(row.rss),
    ]),
  )
}

function halfTable(rows) {
  return table(
    ['load', 'requests/s', 'p50 / p99 without, ms', 'with, ms', 'p50 added', 'p99 added'],
    rows.map(({ name, rate, plain, traced, added }) => [
      ...[name, count(rate), plain, traced, ...added],
    ]),
  )
}

function lossTable({ unlimited, limited }) {
  return table(
    [
      ...['requests/s asked', 'answered', 'spans', 'events lost', 'spans not sent'],
      ...['answered within 0.5 cores', 'spans', 'left out', 'events shed', 'lost', 'not sent'],
    ],
    Array.from({ length: Math.max(unlimited.length, limited.length) }, (_, i) => {
      const [free, bound] = [unlimited[i], limited[i]]
      const of = (row, ...cells) =>
        row ? cells.map((cell) => count(row[cell])) : cells.map(() => '')
      return [
        count((free ?? bound).rate),
        ...of(free, 'perSecond', 'exported', 'lost', 'unsent'),
        ...of(bound, 'perSecond', 'exported', 'leftOut', 'shed', 'lost', 'unsent'),
      ]
    }),
  )
}

function lossWords(losses) {
  const begin = (rows) => {
    const rate = firstLoss(rows)
    return rate === undefined
      ? `nothing is lost up to ${count(rows.at(-1).perSecond)} requests/s, which is all that the machine gives`
      : `losses begin at ${count(rate)} requests/s`
  }
  return `Without a limit of CPU ${begin(losses.unlimited)}; within half a core ${begin(losses.limited)}. A request that is read and paired, and whose span the sampler does not want, costs the agent ${framedWords(losses.framed)}, once its code is compiled (budget ${FRAMED_MICROSECONDS}).`
}

function framedWords(framed) {
  return framed
    .map(({ rate, each }) => `${each.toFixed(1)} µs at ${count(rate)} requests/s`)
    .join(' and ')
}

function profileTable(profiles) {
  const names = [...new Set(profiles.flatMap(({ stages }) => stages.map(({ stage }) => stage)))]
  return table(
    ['stage', ...profiles.map(({ name }) => name.replace(', saturated', ''))],
    names.map((name) => [
      name,
      ...profiles.map(({ stages }) => {
        const found = stages.find(({ stage }) => stage === name)
        return found ? `${found.each.toFixed(2)} µs (${found.share.toFixed(0)} %)` : ''
      }),
    ]),
  )
}

/** Each budget that the figures break, in words. */
export function broken({ rows, idleMb = 0, losses }) {
  const of = (row) => [
    ...(row.isKept ? [] : [`${row.name}: keeps ${row.kept}, budget ${row.budget}`]),
    ...(row.lost + row.unsent > 0 && row.budget === ''
      ? [`${row.name}: lost ${row.lost}, not sent ${row.unsent}`]
      : []),
    ...(Number.parseFloat(row.agent) > AGENT_MICROSECONDS
      ? [`${row.name}: ${row.agent} µs a span, budget ${AGENT_MICROSECONDS}`]
      : []),
    ...(row.rss > RSS_LOADED_MB
      ? [`${row.name}: RSS ${Math.round(row.rss)} MB, budget ${RSS_LOADED_MB}`]
      : []),
  ]
  const idle =
    idleMb > RSS_IDLE_MB ? [`idle: RSS ${Math.round(idleMb)} MB, budget ${RSS_IDLE_MB}`] : []
  const framed = (losses?.framed ?? [])
    .filter(({ each }) => each > FRAMED_MICROSECONDS)
    .map((one) => `framed: ${framedWords([one])}, budget ${FRAMED_MICROSECONDS}`)
  return [...rows.flatMap(of), ...idle, ...framed]
}

/** What there is of each part, as Markdown. */
export function sectionsOf(found) {
  return [
    ...(found.rows.length > 0 ? [underLoad(found)] : []),
    ...(found.half.length > 0 ? [atHalf(found)] : []),
    ...(found.losses ? [againstRate(found)] : []),
    ...(found.profiles ? [byStage(found)] : []),
    ...(found.kernel ? [inTheKernel(found)] : []),
    ...(found.stages ? [eachAlone(found)] : []),
  ]
}

export function page(found) {
  const missed = broken(found)
  const list = missed.map((line) => `- ${line}`).join('\n')
  return `# What it costs

Made by \`npm run bench -- --write\` on ${found.date}, at commit ${commit()}. Numbers of one machine say little about
another; the ratios, measured in one run, say more: run it on yours. Another agent is measured in the same rounds by
\`npm run bench -- --against 'its command line'\`. What stays of it after an hour: [churn.md](churn.md).

Machine: ${machine()}.

${sectionsOf(found).join('\n')}
## Budgets

${missed.length === 0 ? 'All budgets are kept.' : `Not kept:\n\n${list}`}
`
}

function underLoad({ rounds, seconds, hooks, against, idleMb, ...found }) {
  const idle =
    idleMb === undefined
      ? ''
      : `\nIdle, the agent takes ${Math.round(idleMb)} MB (budget ${RSS_IDLE_MB}); loaded, at most ${RSS_LOADED_MB} MB are its budget, and ${AGENT_MICROSECONDS} µs a span.\n`
  return `## Under load

Server, load generator, agent and collector share the machine's processors. ${against === '' ? `Hooks: \`${hooks}\`` : `The agent: \`${against}\``}. ${rounds} rounds of ${seconds} s
without the agent and as many with it, taking turns; each after two seconds of the same load. Median, in brackets the
least and the most. *Kept* is what remains of the throughput, of each pair. *Agent* and *collector* are their
CPU time, user and system, from the beginning of the round until every span is sent, over the spans that there should be.
*Spans* is how many of these the collector took: within \`--cpu-limit\` whole traces are left out. *Lost* is what the
kernel side lost and what was not exported. Saturated: \`wrk\`, \`redis-benchmark\` or \`pgbench -S\` with 16 connections; else
\`bench/load/open-loop.c\`, which keeps the rate. A round begins seconds after the agent's own start: some of its CPU,
about a second, still goes into compiling its code, which weighs most where spans are few. *Bulk*: megabytes a second, pieces
of 64 KB, both ends traced: a copy in no protocol, and bodies of HTTP of 256 MB.

${loadTable({ ...found, against })}
${idle}`
}

function atHalf({ half, rounds, seconds }) {
  return `## Latency at half of saturation

Each server is asked half as often a second as it answered without an agent above, by \`bench/load/open-loop.c\`: each request
has a time at which it is due, and is as late as its answer comes after that, sent or not. ${rounds} pairs of rounds of
${seconds} s; what is added is the median of the pairs' differences, in ms.

${halfTable(half)}
`
}

function againstRate({ losses }) {
  return `## Losses against rate

nginx, a rate after the other, each for ${losses.seconds} s and with an agent of its own, at the right within the default \`--cpu-limit\`.
Nothing is warm: an agent meets the rate in its first second.

${lossTable(losses)}

${lossWords(losses)}
`
}

function byStage({ profiles, seconds }) {
  return `## The agent's CPU by stage

A profile of the running agent over ${seconds} s of each saturated load, a sample each half millisecond, by the folder of \`src/\`
that was at work; µs for each request, traces left out within \`--cpu-limit\` among them. *export* holds OpenTelemetry's exporter and
gRPC; *native code* system calls and what is no JavaScript; *other threads* compile and collect garbage.

${profileTable(profiles)}
`
}

function inTheKernel({ kernel }) {
  return `## What the hooks add to a system call

Rounds with and without the hooks take turns. *Best* is the least disturbed round of each kind against the other,
which is judged; *median* of the pairs' differences shows how quiet the machine was. *Identity read*: of processes of CPython, whose
current context is read. Which context was copied from which takes two hooks in the interpreter itself, some 3 µs for each context:
\`node bench/python-births.mjs\` finds 87 to 88 % of a server's throughput kept where each request makes two calls by \`gather\` and no
CPU is to spare; the budget is 93 %: it is missed.

\`\`\`
${kernel.trimEnd()}
\`\`\`
`
}

function eachAlone({ stages }) {
  return `## Stage by stage

Each alone, without a kernel: one core.

\`\`\`
${stages.trimEnd()}
\`\`\`
`
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
