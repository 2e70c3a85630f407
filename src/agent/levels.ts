import { type Level, withThousands } from '../telemetry/stats.ts'
import type { Readings } from './self-metrics.ts'

/** The readings as rows of the table that `--stats` prints. */
export function levelsOf(readings: Readings): Level[] {
  const { cpu, memory, readBytes, maps, programs } = readings
  return [
    {
      name: 'underspan.now',
      rows: [
        ['cpu-ms', withThousands(Math.round((cpu.user + cpu.system) / 1e3))],
        ['memory-mb', withThousands(Math.round(memory / 2 ** 20))],
        ['read-mb', withThousands(Math.round(readBytes / 2 ** 20))],
        ['open-exchanges', withThousands(readings.openExchanges)],
        ['waiting-spans', withThousands(readings.waitingSpans)],
        ['traces-kept', percent(readings.tracesKept)],
        ['connections-read', percent(readings.connectionsRead)],
      ],
    },
    {
      name: 'underspan.map.entries',
      rows: maps.map(({ name, entries, limit }) => [
        name,
        `${withThousands(entries)} of ${withThousands(limit)}`,
      ]),
    },
    {
      name: 'underspan.program.verified',
      rows: programs.map(({ name, verified }) => [name, withThousands(verified)]),
    },
  ]
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`
}
