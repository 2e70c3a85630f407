// docs/churn.md: what stays of connections and processes that are gone.
import { machine } from './page.mjs'

/** `told`: what happened; `lines`: a line for each series. */
export function churnPage({ command, minutes, told, lines, date }) {
  return `# What stays of it

Connections and processes come and go; the agent should not remember them. \`bench/churn.mjs\` starts nginx, an OpenTelemetry
collector and an agent that traces both ends, then opens new connections (10,000 a second unless told otherwise, or as many
as the machine has room for; one in eight is reset by the client), starts processes that ask once and end (20 a
second), and keeps others open (1,000, each asks twice a minute). It samples every five seconds and fits a line to
what comes after the first minutes (three, and until the facts of the 4,096 processes that ended last are kept), by least
squares; the uncertainty is two standard errors, with the likeness of neighbours in time counted in. *flat*: the growth over
the run that is sure is below 2 % of the mean.

RSS and heap go up and down with V8's collector, which on a machine with much memory lets garbage wait for long. So every
half minute a full collection is asked for, and what it leaves is a series of its own.

## ${minutes} minutes

\`${command}\`, ${date}, ${machine()}.

${told.map((line) => `- ${line}`).join('\n')}

\`\`\`
${lines.join('\n')}
\`\`\`

![The series over ${minutes} minutes](churn.svg)

## What was found by it

- Of each connection that was kept open, up to 32 calls were remembered, decided or not: with a thousand that ask twice
  a minute the heap grew for sixteen minutes, from 36 to 91 MB, and fell again when the first were looked through. A call is forgotten
  now once it is over and decided.
- Of each connection whose other end no traced process of this host has, 1.7 KB were kept until there were 200,000. They go two
  seconds after the connection now, or half a minute if its last call had no answer.
- A Python program's activities were kept until there were 65,536, at 2.4 KB each; they go when they were not used for ten to
  twenty seconds.
- To find the oldest entry of a full table took 16 µs, as every look passed what had been deleted before it: 0.1 µs now.
- Of Unix sockets nobody tells when they are gone. Both ends go ten seconds after one of them was read to its end; those of which
  nothing is read stay until there are 16,384, then the one unused for longest goes. Threads that end in a process that lives
  stay likewise, 32,768 at most.
`
}
