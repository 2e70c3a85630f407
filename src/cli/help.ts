import { usage, writtenDefault } from '../config/document.ts'
import { GROUPS, type Group, type Row } from '../config/option.ts'
import { ROWS } from '../config/options.ts'
import { twoColumns, wrap } from './columns.ts'
import { type Command, synopsis } from './command.ts'

const EVERYWHERE: readonly (readonly [string, string])[] = [
  ['--config FILE', 'read settings from a YAML file'],
  ['-h, --help', 'this; behind a command, all about that command'],
  ['-V, --version', 'the version'],
]

const ABOUT =
  'underspan traces the services of this host from under them: no change, no restart, no library.'

/** `underspan --help`: what people need first, and where the rest is. */
export function mainHelp(commands: readonly Command[], columns: number): string {
  return [
    paragraphs([ABOUT], columns),
    `Usage: underspan [command] [options]\n`,
    `To begin with\n${twoColumns(FIRST_STEPS, columns)}`,
    `Commands\n${twoColumns(
      commands.map((c) => [synopsis(c), c.summary]),
      columns,
    )}`,
    groupHelp('first', ROWS, columns, EVERYWHERE),
    paragraphs(
      [
        'All settings: `underspan run --help`, or docs/options.md. Each is a variable too (--port is UNDERSPAN_PORT), and the standard OTEL_* variables work as everywhere. No spans? See docs/no-spans.md.',
      ],
      columns,
    ),
  ].join('\n')
}

const FIRST_STEPS: readonly (readonly [string, string])[] = [
  ['underspan check', 'can it run here, and how? It changes nothing'],
  ['underspan', 'trace everything on this host, show it in this terminal'],
  ['underspan --port 8080', 'only what passes port 8080'],
  [
    'underspan --otlp-endpoint http://localhost:4317',
    'send the traces to a collector, Jaeger or Tempo, too',
  ],
]

/** `underspan record --help`. */
export function commandHelp(command: Command, columns: number): string {
  const own = Object.entries(command.flags).map(([flag, text]) => [`--${flag}`, text] as const)
  const settings = ROWS.filter((row) => command.settings.flags.includes(row.flag))
  return [
    `Usage: underspan ${synopsis(command)} [options]\n`,
    paragraphs(command.about, columns),
    `Examples\n${twoColumns(command.examples, columns, 54)}`,
    ...(own.length === 0 ? [] : [`Its own options\n${twoColumns(own, columns)}`]),
    ...command.settings.groups.map((group) => groupHelp(group, ROWS, columns)),
    ...(settings.length === 0 ? [] : [`Settings\n${twoColumns(settings.map(line), columns)}`]),
    `Everywhere\n${twoColumns(EVERYWHERE, columns)}`,
  ].join('\n')
}

function groupHelp(
  group: Group,
  rows: readonly Row[],
  columns: number,
  more: readonly (readonly [string, string])[] = [],
): string {
  const lines = rows.filter((row) => row.group === group).map(line)
  return `${GROUPS[group]}\n${twoColumns([...lines, ...more], columns)}`
}

function line(row: Row): readonly [string, string] {
  const text = typeof row.fallback === 'boolean' ? '' : writtenDefault(row)
  const allowed = row.format.placeholder === 'NAME' && /, /.test(row.format.allowed)
  const values = allowed && !/\d/.test(row.format.allowed) ? `: ${row.format.allowed}` : ''
  return [usage(row), `${row.help}${values}${text === '' ? '' : ` (default ${text})`}`]
}

function paragraphs(texts: readonly string[], columns: number): string {
  return texts.map((text) => `${wrap(text, columns).join('\n')}\n`).join('\n')
}
