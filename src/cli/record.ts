import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartupError } from '../base/errors.ts'
import type { Command } from './command.ts'
import { secondsOf } from './seconds.ts'
import { untilStopped } from './signals.ts'

export const record: Command = {
  name: 'record',
  operands: ['FILE'],
  summary: 'trace, and also write what was seen to a file for `replay`',
  about: [
    'The file holds the events as the kernel sent them and the facts about sockets and processes that go with them; only its owner can read it. Passwords, tokens and keys are hidden in it unless --show-secrets is given. Bodies of messages may be in it: look before you hand it on.',
  ],
  examples: [
    ['underspan record shop.rec --seconds 10', 'ten seconds of everything'],
    ['underspan record shop.rec --port 8080 --output none', 'one port, nothing in the terminal'],
  ],
  flags: {
    'seconds SECONDS': 'stop after so long (otherwise at Ctrl-C)',
    overwrite: 'write over a file that is already there',
  },
  settings: { groups: ['first', 'select', 'show', 'export', 'agent'], flags: [] },
  async run({ config, operands, extra, agent }) {
    const file = operands[0]!
    const seconds = secondsOf(extra)
    refuseBadTarget(file, extra.has('overwrite'))
    const { runAgent } = await agent()
    return untilStopped((stop) => runAgent(config, { stop, record: file }), seconds)
  },
}

/** Said before anything is attached. What goes wrong later (a full disk) is the recorder's to say. */
function refuseBadTarget(file: string, overwrite: boolean): void {
  const folder = dirname(file)
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new StartupError(
      'FILE_UNUSABLE',
      `there is no folder '${folder}'`,
      `Create it: mkdir -p '${folder}'.`,
    )
  }
  if (!existsSync(file)) return
  if (!statSync(file).isFile()) {
    throw new StartupError(
      'FILE_UNUSABLE',
      `'${file}' is not a file`,
      'Give the name of a new file.',
    )
  }
  if (overwrite) return
  throw new StartupError(
    'FILE_UNUSABLE',
    `'${file}' is already there`,
    'Give another name, or --overwrite to lose what is in it.',
  )
}
