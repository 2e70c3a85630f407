import { StartupError } from '../base/errors.ts'
import { wholeNumber } from '../config/format.ts'
import { shown } from '../config/source.ts'
import type { Command } from './command.ts'
import { describeProcess } from './explain-text.ts'
import { secondsOf } from './seconds.ts'
import { untilStopped } from './signals.ts'

const PID = wholeNumber(1, 4194304, 'PID')
const DEFAULT_SECONDS = 5

export const explain: Command = {
  name: 'explain',
  operands: ['PID'],
  summary: 'what is seen of one process, what is not, and why',
  about: [
    'Watches the process for some seconds with hooks of its own, beside an agent that may be running, and prints what is hooked in it, its sockets and their protocols, how its calls find their parents, and how often its own answers contradicted that. Send it some requests meanwhile.',
  ],
  examples: [['underspan explain $(pidof -s nginx) --seconds 10', 'ten seconds of one nginx']],
  flags: { 'seconds SECONDS': `watch for so long (default ${DEFAULT_SECONDS})` },
  settings: { groups: [], flags: ['hooks', 'payload-limit', 'btf', 'libbpf', 'log-level'] },
  async run({ config, operands, extra, terminal, agent }) {
    const pid = PID.fromText(operands[0]!)
    if (pid === undefined) throw notAProcess(operands[0]!)
    const seconds = secondsOf(extra) ?? DEFAULT_SECONDS
    const { explainProcess } = await agent()
    return untilStopped(async (stop) => {
      const onAttached = () =>
        terminal.err(`watching process ${pid} for ${seconds} s; send it some requests\n`)
      const explanation = await explainProcess(config, pid, { stop, seconds, onAttached })
      terminal.out(describeProcess(explanation))
    })
  },
}

function notAProcess(text: string): StartupError {
  return new StartupError(
    'BAD_OPTION',
    `PID is '${shown(text)}'; allowed: ${PID.allowed}`,
    'Give the number of a process, as `underspan explain $(pidof -s nginx)`.',
  )
}
