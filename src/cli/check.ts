import { describeHost } from './check-text.ts'
import type { Command } from './command.ts'
import { EXIT_REFUSED } from './failure.ts'
import { canRun } from './host-report.ts'

export const check: Command = {
  name: 'check',
  operands: [],
  summary: 'can it run here, and how? Changes nothing',
  about: [
    'Asks the kernel what it can do and prints the plan of hooks: for each need the alternatives, best first, the one that is taken, and why each other was refused; then privileges, libbpf and limits, and how much the verifier had to look at in each program: they are loaded, attached to nothing, and let go. The last line is the verdict; the exit code is 0 when the agent can run and 2 when it cannot.',
  ],
  examples: [
    ['underspan check', 'the plan as it would be'],
    ['underspan check --hooks syscall', 'the plan if these hooks are asked for'],
  ],
  flags: {},
  settings: { groups: [], flags: ['hooks', 'btf', 'libbpf'] },
  async run({ config, origins, terminal, host }) {
    const report = await host(config)
    const settings = [...origins].map(([flag, origin]) => `${flag} (${origin})`)
    terminal.out(describeHost(report, settings, terminal.columns))
    return canRun(report) ? 0 : EXIT_REFUSED
  },
}
