// docs/costs.md: what was measured, on what, and how.
import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

const RSS_IDLE_MB = 120
const RSS_LOADED_MB = 200
const AGENT_MICROSECONDS = 16

export function machine() {
  const processors = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${processors.length} × ${processors[0].model.trim()}, ${memory} GiB, Linux ${release()}, Node ${process.version}`
}

export function loadTable(rows) {
  const head = [
    'load',
    'requests/s without',
    'with',
    'kept',
    'budget',
    'agent, µs a span',
    'collector, µs a span',
    'p50 / p99 without, ms',
    'with, ms',
    'lost',
    'RSS, MB',
  ]
  const lines = rows.map((row) => [
    row.name,
    Math.round(row.plainPerSecond).toLocaleString('en'),
    Math.round(row.tracedPerSecond).toLocaleString('en'),
    row.kept,
    row.budget,
    row.agent,
    row.collector,
    ...row.latency,
    row.lost + row.unsent,
    Math.round(row.rss),
  ])
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

/** Each budget that the figures break, in words. */
export function broken(rows, idleMb) {
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
  return [...rows.flatMap(of), ...idle]
}

export function page({ rows, idleMb, kernel, stages, rounds, seconds, hooks, date }) {
  const missed = broken(rows, idleMb)
  return `# What it costs

Made by \`npm run bench -- --write\` on ${date}, at commit ${commit()}. Numbers of one machine say little about
another; the ratios, measured in one run, say more: run it on yours.

Machine: ${machine()}.

## Under load

Server, load generator, agent and collector share the machine's processors. Hooks: \`${hooks}\`. ${rounds} rounds of ${seconds} s
without the agent and as many with it, taking turns; each after two seconds of the same load. Median, in brackets the
least and the most. *Kept* is what remains of the throughput, of each pair. *Agent* and *collector* are their
CPU time, user and system, from the beginning of the round until every span is sent, over the spans. *Lost* is what the
kernel side lost and what was not exported. Saturated: \`wrk\` with 32 connections; else a generator that keeps the rate. A
round begins seconds after the agent's own start: some of its CPU, about a second, still goes into compiling its code, which weighs most
where spans are few. *Bulk*: megabytes a second, pieces of 64 KB, both ends traced: a copy in no protocol, and bodies of HTTP of 256 MB.

${loadTable(rows)}

Idle, the agent takes ${Math.round(idleMb)} MB (budget ${RSS_IDLE_MB}); loaded, at most ${RSS_LOADED_MB} MB are its budget, and ${AGENT_MICROSECONDS} µs a span.

${missed.length === 0 ? 'All of these budgets are kept.' : `Budgets that are not kept:\n\n${missed.map((line) => `- ${line}`).join('\n')}`}
${kernel === '' ? '' : `\n## What the hooks add to a system call\n\nRounds with and without the hooks take turns. *Best* is the least disturbed round of each kind against the other,\nwhich is judged; *median* of the pairs' differences shows how quiet the machine was. *Identity read*: of processes of CPython, whose\ncurrent context is read. Which context was copied from which takes two hooks in the interpreter itself, some 3 µs for each context:\n\`node bench/python-births.mjs\` finds 87 to 88 % of a server's throughput kept where each request makes two calls by \`gather\` and no\nCPU is to spare; the budget is 93 %: it is missed.\n\n\`\`\`\n${kernel.trimEnd()}\n\`\`\`\n`}${stages === '' ? '' : `\n## Stage by stage\n\nEach alone, without a kernel: one core.\n\n\`\`\`\n${stages.trimEnd()}\n\`\`\`\n`}`
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
