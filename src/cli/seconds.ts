import { StartupError } from '../base/errors.ts'
import { wholeNumber } from '../config/format.ts'
import { shown } from '../config/source.ts'

const FORMAT = wholeNumber(1, 86400, 'SECONDS')

/** Value of `--seconds`. */
export function secondsOf(extra: ReadonlyMap<string, string | true>): number | undefined {
  const text = extra.get('seconds')
  if (typeof text !== 'string') return undefined
  const seconds = FORMAT.fromText(text)
  if (seconds !== undefined) return seconds
  throw new StartupError(
    'BAD_OPTION',
    `--seconds is '${shown(text)}'; allowed: ${FORMAT.allowed}`,
    'Give a number of seconds, as --seconds 10.',
  )
}
