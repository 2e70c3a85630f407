import { withThousands } from '../telemetry/stats.ts'
import { twoColumns } from './columns.ts'
import {
  type Alternative,
  type Condition,
  canRun,
  type HostReport,
  type Need,
  type VerifiedProgram,
} from './host-report.ts'

/** `settings`: what is not at its default, with where it was set. */
export function describeHost(
  report: HostReport,
  settings: readonly string[],
  columns: number,
): string {
  const { conditions, needs, programs } = report
  return [
    `${report.system}\n`,
    `Conditions\n${twoColumns(conditions.map(conditionRow), columns, 24)}`,
    ...(needs.length === 0
      ? []
      : [`Hooks, best first\n${needs.map((need) => describeNeed(need, columns)).join('')}`]),
    ...(programs.length === 0 ? [] : [describePrograms(programs, columns)]),
    ...(settings.length === 0 ? [] : [`Settings not at their default: ${settings.join(', ')}\n`]),
    verdict(report),
  ].join('\n')
}

function conditionRow({ name, state, found, remedy }: Condition): readonly [string, string] {
  const todo = remedy === '' ? '' : ` To do: ${remedy}`
  return [`${MARK[state]} ${name}`, `${found}.${todo}`]
}

const MARK = { ok: '+', less: '~', missing: '-', taken: '+', works: ' ', refused: '-' } as const

function describeNeed({ name, required, alternatives }: Need, columns: number): string {
  const taken = alternatives.some(({ state }) => state === 'taken')
  const lack = required
    ? 'nothing works, and it cannot do without'
    : 'nothing works; it does without'
  const head = taken ? name : `${name}: ${lack}`
  return `  ${head}\n${twoColumns(alternatives.map(alternativeRow), columns, 32)}`
}

function alternativeRow({ name, state, note }: Alternative): readonly [string, string] {
  const words = { taken: 'taken', works: 'would work', refused: 'refused' }
  return [`  ${MARK[state]} ${name}`, note === '' ? words[state] : `${words[state]}: ${note}`]
}

function describePrograms(programs: readonly VerifiedProgram[], columns: number): string {
  const rows = programs.map(({ name, verified }): readonly [string, string] => [
    name,
    verified === 0 ? 'taken' : withThousands(verified),
  ])
  return `Programs that the verifier took, with the instructions that it looked at (its limit is a million)\n${twoColumns(rows, columns, 24)}`
}

function verdict(report: HostReport): string {
  if (!canRun(report)) return 'Verdict: underspan cannot run here; the lines marked - say why.\n'
  const less = report.conditions.some(({ state }) => state === 'less')
  return less
    ? 'Verdict: underspan runs here, with less; the lines marked ~ say what.\n'
    : 'Verdict: underspan runs here.\n'
}
