import { accessSync, constants } from 'node:fs'
import { StartupError } from '../base/errors.ts'
import type { Command } from './command.ts'
import { untilStopped } from './signals.ts'

export const replay: Command = {
  name: 'replay',
  operands: ['FILE'],
  summary: 'make spans from a recording: the same spans, on any machine, without root',
  about: [
    'Reads nothing but the recording. The spans have the same ids each time, and go where the settings say: to the terminal, and to a collector if an endpoint is set.',
  ],
  examples: [
    ['underspan replay shop.rec', 'show its traces'],
    ['underspan replay shop.rec --output json', 'a span a line'],
  ],
  flags: {
    partial: 'what lies before a damage, as of a recording that was cut off',
  },
  settings: { groups: ['first', 'show', 'export'], flags: ['log-level', 'stats'] },
  async run({ config, operands, extra, agent }) {
    const file = operands[0]!
    try {
      accessSync(file, constants.R_OK)
    } catch (cause) {
      throw new StartupError(
        'FILE_UNUSABLE',
        `the recording '${file}' cannot be read: ${(cause as Error).message}`,
        'Give the path of a file that `underspan record` wrote.',
        { cause },
      )
    }
    const { replayFile } = await agent()
    return untilStopped((stop) => replayFile(config, file, { stop, partial: extra.has('partial') }))
  },
}
