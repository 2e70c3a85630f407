import { noteLies } from '../../test/support/system/lies.ts'
import type { Found } from './judge.ts'
import type { Expectation } from './row.ts'
import type { Outcome } from './run-row.ts'

/** What of an outcome is not as it has to be; empty: all well. */
export function failuresOf({ verdict, counts, failed }: Outcome, expect: Expectation): string[] {
  const { inProcess, nobodys, across, entries, servers, clients } = verdict
  noteLies(verdict.lies)
  return [
    ...(verdict.wrong > 0 ? [`${verdict.wrong} wrong: ${verdict.lies[0]}`] : []),
    ...(verdict.wrongLinks > 0
      ? [`${verdict.wrongLinks} links to another request: ${verdict.lies[0]}`]
      : []),
    ...(servers.happened === 0 ? ['nothing to judge: the load ended too early'] : []),
    ...(failed > 0 ? [`${failed} requests failed`] : []),
    ...Object.entries(counts['underspan.lost'] ?? {}).map(([how, n]) => `${n} lost: ${how}`),
    ...missing('servers', servers, expect.found ?? 1),
    ...missing('clients', clients, expect.found ?? 1),
    ...(verdict.twice > 0 ? [`${verdict.twice} spans twice`] : []),
    ...(verdict.unexplained > 0
      ? [`${verdict.unexplained} spans with parent and reason at odds`]
      : []),
    ...(inProcess.right < expect.right * inProcess.total
      ? [`right ${share(inProcess.right, inProcess.total)}, not ${expect.right * 100} %`]
      : []),
    ...unexpected('calls', inProcess.none, expect.reasons),
    ...unexpected("nobody's calls", nobodys.none, expect.nobodys ?? []),
    ...unexpected('answers to calls', across.none, []),
    ...unexpected('entries', entries.none, ['entry']),
  ]
}

function missing(what: string, { happened, found }: Found, share: number): string[] {
  return found >= happened * share ? [] : [`${happened - found} ${what} not found`]
}

function unexpected(
  what: string,
  none: Readonly<Record<string, number>>,
  reasons: readonly string[],
): string[] {
  return Object.entries(none)
    .filter(([reason]) => !reasons.includes(reason))
    .map(([reason, count]) => `${count} ${what}: ${reason}`)
}

export function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`
}
