import type { Config } from '../config/config.ts'
import type { Group } from '../config/option.ts'
import type { AgentCommands } from './agent-commands.ts'
import type { HostReport } from './host-report.ts'
import type { Terminal } from './terminal.ts'

/** One word behind `underspan`. */
export interface Command {
  readonly name: string
  /** Words it needs: `FILE`. */
  readonly operands: readonly string[]
  /** One line. */
  readonly summary: string
  /** Paragraphs of its own help. */
  readonly about: readonly string[]
  readonly examples: readonly (readonly [string, string])[]
  /** Flags that only it has, with what they mean. */
  readonly flags: Readonly<Record<string, string>>
  /** Settings that matter to it. */
  readonly settings: { readonly groups: readonly Group[]; readonly flags: readonly string[] }
  /** Gives the exit code. */
  run(call: Call): Promise<number>
}

/** What a command is called with. */
export interface Call {
  readonly config: Config
  /** Where each setting that is not at its default was set. */
  readonly origins: ReadonlyMap<string, string>
  readonly operands: readonly string[]
  readonly extra: ReadonlyMap<string, string | true>
  readonly terminal: Terminal
  /** Loads the stages: not before they are needed, `--help` is quick. */
  agent(): Promise<AgentCommands>
  /** Asks the kernel what it can do. */
  host(config: Config): Promise<HostReport>
}

/** `explain PID`. */
export function synopsis(command: Command): string {
  return [command.name, ...command.operands].join(' ')
}
