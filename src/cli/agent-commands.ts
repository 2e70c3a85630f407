import type { Config } from '../config/config.ts'

/** What the commands ask of src/agent.ts, the only file that knows all stages. */
export interface AgentCommands {
  /** Traces until `stop` is aborted, then sends what is left. */
  runAgent(config: Config, options: RunOptions): Promise<void>
  /** The whole user side on a recording; the spans go where `config` says. */
  replayFile(config: Config, file: string, options: ReplayOptions): Promise<void>
  /** Watches one process for a while with hooks of its own. */
  explainProcess(config: Config, pid: number, options: ExplainOptions): Promise<Explanation>
}

export interface ReplayOptions {
  readonly stop: AbortSignal
  /** Up to damage, if there is any. */
  readonly partial?: boolean
}

export interface RunOptions {
  readonly stop: AbortSignal
  /** File that the events are also written to. */
  readonly record?: string
}

export interface ExplainOptions {
  readonly stop: AbortSignal
  readonly seconds: number
  /** Called when the hooks are attached: from now on it sees what the process does. */
  readonly onAttached: () => void
}

/** What was seen of one process, and what was not. */
export interface Explanation {
  readonly process: {
    readonly tgid: number
    readonly command: readonly string[]
    readonly executable: string
    readonly serviceName: string
    readonly serviceNameFrom: string
    readonly language: string
    readonly runtimeVersion: string
    readonly containerId: string
  }
  /** '' when it is traced; else why not: a rule of the selection. */
  readonly leftOut: string
  readonly hooks: readonly ExplainedHook[]
  readonly sockets: readonly ExplainedSocket[]
  readonly model: { readonly name: string; readonly why: string }
  /** undefined: it runs no runtime whose own identity of the work can be read. */
  readonly identity:
    | { readonly note: string; readonly claimed: number; readonly unclaimed: number }
    | undefined
  /** The answer test, of threads or their loops. */
  readonly answers: {
    readonly confirmed: number
    readonly contradicted: number
    readonly unknown: number
  }
  /** Sentences: what could not be seen, and why. */
  readonly unseen: readonly string[]
}

export interface ExplainedHook {
  readonly name: string
  readonly attached: boolean
  /** What it sees, or why it is not attached. */
  readonly note: string
}

export interface ExplainedSocket {
  readonly local: string
  readonly remote: string
  readonly role: string
  /** `http`, or '' while nothing was recognised. */
  readonly protocol: string
  readonly exchanges: number
  /** '' or why its bytes are not read. */
  readonly note: string
}
