import type { About, Pairing, Protocol } from './protocol.ts'
import { PROTOCOLS } from './registry.ts'

/** docs/protocols.md: a test holds the file against this, `npx vitest run test/protocols -u` writes it. */
export function protocolsDocument(protocols: readonly Protocol[] = PROTOCOLS): string {
  const chapters = chaptersOf(protocols)
  const rows = chapters.map(row).join('\n')
  return `${[INTRODUCTION + rows, ...chapters.map(chapter), STORES].join('\n\n')}\n`
}

/** What is told of once, though datagrams and streams of it are read apart. */
interface Chapter {
  readonly about: About
  readonly protocols: readonly Protocol[]
}

const PAIRING: Readonly<Record<Pairing, string>> = {
  'in-order': 'the n-th answers the n-th request',
  'by-id': 'by the number in both',
  multiplexed: 'by the number of their stream',
}

const INTRODUCTION = `# Protocols

A protocol is recognised by its first bytes, at either end of a connection and on any port, and given
up again when the other direction speaks another. A connection that is older than the agent is followed from its
next request on. What speaks nothing of this is looked at for its first operations, counted as
\`unrecognised\` ([counters.md](counters.md)) and left alone. How to add a protocol:
[adding-a-protocol.md](adding-a-protocol.md).

<!-- Made from what src/protocols says of itself. -->

| protocol | versions | carried by | a response finds its request |
|---|---|---|---|
`

const STORES = `## Databases

Where everything is traced, a database's own process makes no spans of what it answers: the spans of
its clients say as much, and are leaves of their traces. Those of a database that \`--executable\`,
\`--command\`, \`--container\`, \`--pid\` or \`--port\` names stand below them. What it asks of others
(replication, foreign tables) makes spans in any case. Those left out are counted as \`store-server\`.`

function chaptersOf(protocols: readonly Protocol[]): Chapter[] {
  const byAbout = new Map<About, Protocol[]>()
  for (const protocol of protocols) {
    byAbout.set(protocol.about, [...(byAbout.get(protocol.about) ?? []), protocol])
  }
  return [...byAbout].map(([about, told]) => ({ about, protocols: told }))
}

function row({ about, protocols }: Chapter): string {
  const carriers = protocols.map(({ carriedBy }) => carriedBy ?? 'stream')
  const pairings = protocols.map(({ pairing }) => PAIRING[pairing])
  const cells = [linkTo(about.title), about.versions, each(carriers), each(pairings)]
  return `| ${cells.join(' | ')} |`
}

function each(words: readonly string[]): string {
  return [...new Set(words)].join(', ')
}

function linkTo(title: string): string {
  const anchor = title
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-')
  return `[${title}](#${anchor})`
}

function chapter({ about }: Chapter): string {
  const { title, link, reads, hides, limits } = about
  return `## ${title}

Specified at <${link}>.

Read:

${list(reads)}

Hidden:

${list(hides)}

Limits:

${list(limits)}`
}

function list(points: readonly string[]): string {
  return points.map((point) => `- ${point}`).join('\n')
}
