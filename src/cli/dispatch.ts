import { StartupError } from '../base/errors.ts'
import type { Environment } from '../config/environment.ts'
import { type CommandLine, type ExtraFlags, readFlags } from '../config/flags.ts'
import { loadConfig } from '../config/load.ts'
import { shown } from '../config/source.ts'
import { didYouMean } from '../config/suggest.ts'
import { check } from './check.ts'
import { type Call, type Command, synopsis } from './command.ts'
import { explain } from './explain.ts'
import { reportFailure } from './failure.ts'
import { commandHelp, mainHelp } from './help.ts'
import { record } from './record.ts'
import { replay } from './replay.ts'
import { run } from './run.ts'
import type { Terminal } from './terminal.ts'
import { version } from './version.ts'

/** In the order in which they are told. */
export const COMMANDS: readonly Command[] = [run, check, record, replay, explain]

/** What surrounds a command line. */
export interface Surroundings {
  readonly terminal: Terminal
  readonly env?: Environment
  agent: Call['agent']
  host: Call['host']
}

/** Runs one command line and gives the exit code; says what went wrong, and never throws. */
export async function dispatch(argv: readonly string[], around: Surroundings): Promise<number> {
  try {
    return await runCommand(readFlags(argv, extraFlags()), around)
  } catch (error) {
    return reportFailure(error, (text) => around.terminal.err(text))
  }
}

async function runCommand(line: CommandLine, around: Surroundings): Promise<number> {
  const { terminal } = around
  if (line.extra.has('version')) {
    terminal.out(`underspan ${version()}\n`)
    return 0
  }
  const asksHelp = line.words[0] === 'help'
  const [name, ...operands] = asksHelp ? line.words.slice(1) : line.words
  const command = name === undefined ? run : commandOf(name)
  if (asksHelp || line.extra.has('help')) {
    const columns = terminal.columns
    terminal.out(name === undefined ? mainHelp(COMMANDS, columns) : commandHelp(command, columns))
    return 0
  }
  refuseMisuse(command, operands, line)
  const { config, origins, warnings } = loadConfig(line, around.env)
  for (const warning of warnings) terminal.err(`underspan: ${warning}\n`)
  const { agent, host } = around
  return command.run({ config, origins, operands, extra: line.extra, terminal, agent, host })
}

function commandOf(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (command !== undefined) return command
  const names = COMMANDS.map((candidate) => candidate.name)
  const guess = didYouMean(name, names)
  throw new StartupError(
    'BAD_OPTION',
    `command '${shown(name)}' is not known${guess}`,
    `Commands are ${names.join(', ')}; \`underspan --help\` tells more.`,
  )
}

function refuseMisuse(command: Command, operands: readonly string[], line: CommandLine): void {
  const help = `See \`underspan ${command.name} --help\`.`
  const missing = command.operands[operands.length]
  if (missing !== undefined) {
    throw new StartupError(
      'BAD_OPTION',
      `\`underspan ${synopsis(command)}\` needs its ${missing}`,
      help,
    )
  }
  const surplus = operands[command.operands.length]
  if (surplus !== undefined) {
    const message = `'${shown(surplus)}' is one word too many for \`underspan ${synopsis(command)}\``
    throw new StartupError('BAD_OPTION', message, help)
  }
  const own = new Set(Object.keys(command.flags).map(nameOf))
  for (const flag of Object.keys(extraFlags())) {
    if (line.extra.has(flag) && !own.has(flag)) {
      throw new StartupError(
        'BAD_OPTION',
        `\`underspan ${command.name}\` has no option --${flag}`,
        help,
      )
    }
  }
}

/** Flags that some command has for itself: `seconds SECONDS` takes a value, `overwrite` takes none. */
function extraFlags(): ExtraFlags {
  const all = COMMANDS.flatMap((command) => Object.keys(command.flags))
  return Object.fromEntries(
    all.map((flag) => [nameOf(flag), { type: flag.includes(' ') ? 'string' : 'boolean' } as const]),
  )
}

function nameOf(flag: string): string {
  return flag.split(' ')[0]!
}
