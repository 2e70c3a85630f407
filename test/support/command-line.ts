import type { AgentCommands, Explanation } from '../../src/cli/agent-commands.ts'
import { dispatch } from '../../src/cli/dispatch.ts'
import type { HostReport } from '../../src/cli/host-report.ts'
import type { Config } from '../../src/config/config.ts'

/** What a command line said and did: the stages and the host are played, the rest is real. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  /** Calls of the agent: name, settings, and what came with them. */
  readonly calls: readonly {
    readonly name: string
    readonly config: Config
    readonly rest: unknown[]
  }[]
}

export interface Played {
  readonly env?: Record<string, string>
  readonly columns?: number
  readonly host?: HostReport
  readonly explanation?: Explanation
  /** Thrown by the agent in the place of its work. */
  readonly failure?: unknown
}

export async function commandLine(argv: readonly string[], played: Played = {}): Promise<Ran> {
  const said = { out: '', err: '' }
  const calls: { name: string; config: Config; rest: unknown[] }[] = []
  const work = async (name: string, config: Config, ...rest: unknown[]) => {
    calls.push({ name, config, rest })
    if (played.failure !== undefined) throw played.failure
  }
  const agent: AgentCommands = {
    runAgent: (config, options) => work('run', config, options),
    replayFile: (config, file, options) => work('replay', config, file, options),
    async explainProcess(config, pid, options) {
      await work('explain', config, pid, options)
      options.onAttached()
      if (played.explanation === undefined) throw new Error('nothing to explain')
      return played.explanation
    },
  }
  const code = await dispatch(argv, {
    terminal: {
      out(text) {
        said.out += text
      },
      err(text) {
        said.err += text
      },
      columns: played.columns ?? 100,
    },
    env: played.env ?? {},
    agent: async () => agent,
    host: async () => played.host ?? { system: 'Linux', conditions: [], needs: [], programs: [] },
  })
  return { code, ...said, calls }
}
