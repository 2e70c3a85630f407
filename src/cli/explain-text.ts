import type { ExplainedHook, ExplainedSocket, Explanation } from './agent-commands.ts'

/** Lines of sockets that are shown; the rest is a number. */
const MAX_SOCKETS = 40

export function describeProcess(seen: Explanation): string {
  return [
    aboutProcess(seen),
    section('Hooks', seen.hooks.map(hookLine), 'none'),
    section('Sockets', socketLines(seen.sockets), 'none moved a byte while it was watched'),
    section('Parents', parentLines(seen), ''),
    section('Not seen', seen.unseen, 'nothing that we know of'),
  ].join('\n')
}

function aboutProcess({ process, leftOut }: Explanation): string {
  const runtime = [process.language, process.runtimeVersion].filter((word) => word !== '').join(' ')
  const lines = [
    `Process ${process.tgid}: ${process.command.join(' ') || process.executable}`,
    `  service   ${process.serviceName} (from its ${process.serviceNameFrom})`,
    `  runtime   ${runtime}`,
  ]
  if (process.containerId !== '') lines.push(`  container ${process.containerId}`)
  lines.push(leftOut === '' ? '  traced    yes' : `  traced    no: ${leftOut}`)
  return `${lines.join('\n')}\n`
}

function hookLine(hook: ExplainedHook): string {
  return `${hook.attached ? '+' : '-'} ${hook.name}: ${hook.note}`
}

function socketLines(sockets: readonly ExplainedSocket[]): string[] {
  const lines = sockets.slice(0, MAX_SOCKETS).map(socketLine)
  const more = sockets.length - lines.length
  return more > 0 ? [...lines, `and ${more} more`] : lines
}

function socketLine(socket: ExplainedSocket): string {
  const arrow = socket.role === 'server' ? '<-' : '->'
  const protocol =
    socket.protocol === '' ? 'not recognised' : `${socket.protocol}, ${counted(socket.exchanges)}`
  const note = socket.note === '' ? '' : `; ${socket.note}`
  return `${socket.local} ${arrow} ${socket.remote} (${socket.role}): ${protocol}${note}`
}

function counted(exchanges: number): string {
  return exchanges === 1 ? '1 exchange' : `${exchanges} exchanges`
}

function parentLines({ model, identity, answers }: Explanation): string[] {
  const tested = answers.confirmed + answers.contradicted
  const name = model.name === 'identity' ? 'what threads and loops tell' : 'it'
  const rate =
    tested === 0
      ? 'no answer could be tested'
      : `${answers.contradicted} of ${tested} answers contradicted ${name} (${percent(answers.contradicted / tested)})`
  const unknown = answers.unknown === 0 ? '' : `; ${answers.unknown} more say nothing`
  return [`model ${model.name}: ${model.why}`, ...identityLines(identity), `${rate}${unknown}`]
}

function identityLines(identity: Explanation['identity']): string[] {
  if (!identity) return []
  const { note, claimed, unclaimed } = identity
  const all = claimed + unclaimed
  if (all === 0) return [note]
  const rate = `${unclaimed} of ${all} calls contradicted them (${percent(unclaimed / all)})`
  return [note, `${rate}: not one answer alone left under where they were made`]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 2 : 0)} %`
}

function section(title: string, lines: readonly string[], none: string): string {
  const shown = lines.length === 0 ? [none] : lines
  return `${title}\n${shown.map((line) => `  ${line}\n`).join('')}`
}
