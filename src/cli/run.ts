import type { Command } from './command.ts'
import { untilStopped } from './signals.ts'

export const run: Command = {
  name: 'run',
  operands: [],
  summary: 'trace until Ctrl-C (what happens without a command)',
  about: [
    'Attaches to the sockets of this host, shows each trace in the terminal, and sends the spans to a collector if an endpoint is set. Nothing in the traced services is changed, and nothing is left behind when it ends.',
  ],
  examples: [
    ['underspan', 'everything on this host'],
    ['underspan --port 8080,8081', 'what passes these ports'],
    ['underspan --executable nginx --output json', 'one program, a span a line'],
    ['underspan --otlp-endpoint http://localhost:4317 --output none', 'to a collector alone'],
  ],
  flags: {},
  settings: { groups: ['first', 'select', 'show', 'export', 'agent'], flags: [] },
  async run({ config, agent }) {
    const { runAgent } = await agent()
    return untilStopped((stop) => runAgent(config, { stop }))
  },
}
