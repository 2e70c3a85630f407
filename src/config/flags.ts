import { parseArgs } from 'node:util'
import type { Row } from './option.ts'
import { ROWS } from './options.ts'
import { badValue, type Given, type Source, shown } from './source.ts'
import { didYouMean } from './suggest.ts'

/** Flags of a command that are no settings: `--seconds` of `explain`. */
export type ExtraFlags = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly short?: string }>
>

export interface CommandLine extends Source {
  /** Words that are no flags: the command, a file, a process id. */
  readonly words: readonly string[]
  readonly extra: ReadonlyMap<string, string | true>
}

const OWN: ExtraFlags = {
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
}

type Spec = { type: 'string' | 'boolean'; multiple: true; short?: string }

export function readFlags(argv: readonly string[], extraFlags: ExtraFlags = {}): CommandLine {
  const extras = { ...OWN, ...extraFlags }
  const options = specOf(extras)
  const problems = unknownFlags(argv, options)
  if (problems.length > 0) {
    return { values: new Map(), problems, warnings: [], words: [], extra: new Map() }
  }
  const parsed = parseArgs({
    args: [...argv],
    options,
    strict: true,
    allowPositionals: true,
    allowNegative: true,
  })
  const values = new Map<Row, Given>()
  for (const row of ROWS) {
    const given = parsed.values[row.flag]
    if (given !== undefined)
      values.set(row, { value: read(row, given, problems), origin: `--${row.flag}` })
  }
  const extra = new Map<string, string | true>()
  for (const name of Object.keys(extras)) {
    const last = parsed.values[name]?.at(-1)
    if (last !== undefined && last !== false) extra.set(name, last)
  }
  return { values, problems, warnings: [], words: parsed.positionals, extra }
}

function specOf(extras: ExtraFlags): Record<string, Spec> {
  const options: Record<string, Spec> = {}
  for (const row of ROWS) {
    options[row.flag] = { type: isSwitch(row) ? 'boolean' : 'string', multiple: true }
  }
  for (const [name, flag] of Object.entries(extras)) options[name] = { ...flag, multiple: true }
  return options
}

function isSwitch(row: Row): boolean {
  return typeof row.fallback === 'boolean'
}

/** A list's flag may be repeated; of all others the last one counts. */
function read(row: Row, given: readonly (string | boolean)[], problems: string[]): unknown {
  if (isSwitch(row)) return given.at(-1)
  const texts = row.format.list ? given : given.slice(-1)
  const values = texts.map((text) => {
    const value = row.format.fromText(String(text))
    if (value === undefined) problems.push(badValue(`--${row.flag}`, String(text), row))
    return value
  })
  return row.format.list ? values.flat() : values[0]
}

/**
 * What parseArgs would refuse, in our words: it stops at the first, and cannot say what was meant.
 */
function unknownFlags(argv: readonly string[], options: Record<string, Spec>): string[] {
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowNegative: true,
    tokens: true,
  })
  return tokens.flatMap((token) => (token.kind === 'option' ? problemsOf(token, options) : []))
}

interface OptionToken {
  readonly name: string
  /** As it was written: `--port`, `-p`. */
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function problemsOf(token: OptionToken, options: Record<string, Spec>): string[] {
  const { rawName, value } = token
  const plain = token.name.replace(/^no-/, '')
  if (!Object.hasOwn(options, plain)) {
    const guess = rawName.startsWith('--') ? didYouMean(plain, Object.keys(options), '--') : ''
    return [`option ${shown(rawName)} is not known${guess}`]
  }
  if (options[plain]!.type === 'boolean') {
    if (value === undefined) return []
    return [
      `${rawName} takes no value (found '${shown(value)}'); write --${plain} or --no-${plain}`,
    ]
  }
  if (rawName.startsWith('--no-'))
    return [`option ${rawName} is not known: --${plain} takes a value`]
  if (value === undefined) return [`${rawName} needs a value; allowed: ${allowedOf(plain)}`]
  if (token.inlineValue || value.length < 2 || !value.startsWith('-')) return []
  return [
    `${rawName} needs a value, found ${shown(value)}; write ${rawName}=${shown(value)} if that is the value`,
  ]
}

function allowedOf(flag: string): string {
  const row = ROWS.find((candidate) => candidate.flag === flag)
  return row === undefined ? 'any text' : row.format.allowed
}
