import type { Config } from './config.ts'

/** How a setting is written, and what it may be. */
export interface Format<T> {
  /** What is allowed, to be read after "allowed: ". */
  readonly allowed: string
  /** Stands for the value in help: `--port PORT`. */
  readonly placeholder: string
  /** Lists are written with commas, and their flag may be repeated. */
  readonly list: boolean
  /** From a flag or a variable; undefined: cannot be used. */
  fromText(text: string): T | undefined
  /** From YAML, or a value that is already right; undefined: cannot be used. */
  fromData(value: unknown): T | undefined
}

type Attribute = Config['resource']['attributes'][number]

export function wholeNumber(low: number, high: number, unit: string): Format<number> {
  const within = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high
      ? value
      : undefined
  return {
    allowed: `a whole number from ${low} to ${high}`,
    placeholder: unit,
    list: false,
    fromText: (text) => (/^\d+$/.test(text) ? within(Number(text)) : undefined),
    fromData: within,
  }
}

/** As `wholeNumber`, with a word for a limit that is none: `none`. */
export function limit(low: number, high: number, unit: string): Format<number> {
  const number = wholeNumber(low, high, unit)
  const none = (value: unknown) => value === 'none' || value === Number.POSITIVE_INFINITY
  return {
    ...number,
    allowed: `${number.allowed}, or none`,
    fromText: (text) => (none(text) ? Number.POSITIVE_INFINITY : number.fromText(text)),
    fromData: (value) => (none(value) ? Number.POSITIVE_INFINITY : number.fromData(value)),
  }
}

/** Milliseconds; 0 is "no limit", as for each timeout of the OpenTelemetry specification. */
export function timeout(): Format<number> {
  const longest = 2 ** 31 - 1 // setTimeout's own limit
  const number = wholeNumber(0, longest, 'MS')
  return {
    ...number,
    fromText: (text) => number.fromText(text) || (text === '0' ? longest : undefined),
    fromData: (value) => number.fromData(value) || (value === 0 ? longest : undefined),
  }
}

export function ratio(): Format<number> {
  const within = (value: unknown) =>
    typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined
  return {
    allowed: 'a number from 0 to 1',
    placeholder: 'RATIO',
    list: false,
    fromText: (text) => (/^[\d.]+(e-?\d+)?$/i.test(text) ? within(Number(text)) : undefined),
    fromData: within,
  }
}

/** CPU cores; `none`: as many as there are. */
export function cores(): Format<number> {
  const within = (value: unknown) =>
    typeof value === 'number' && value >= 0.01 && value <= 1024 ? value : undefined
  const none = (value: unknown) => value === 'none' || value === Number.POSITIVE_INFINITY
  return {
    allowed: 'a number from 0.01 to 1024, or none',
    placeholder: 'CORES',
    list: false,
    fromText(text) {
      if (none(text)) return Number.POSITIVE_INFINITY
      return /^\d*\.?\d+$/.test(text) ? within(Number(text)) : undefined
    },
    fromData: (value) => (none(value) ? Number.POSITIVE_INFINITY : within(value)),
  }
}

export function yesNo(): Format<boolean> {
  return {
    allowed: 'true or false',
    placeholder: '',
    list: false,
    fromText(text) {
      if (text.toLowerCase() === 'true') return true
      return text.toLowerCase() === 'false' ? false : undefined
    },
    fromData: (value) => (typeof value === 'boolean' ? value : undefined),
  }
}

/** `aliases`: words of other tools for the same thing. */
export function oneOf<T extends string>(
  values: readonly T[],
  aliases: Readonly<Record<string, T>> = {},
): Format<T> {
  const find = (value: unknown) => values.find((known) => known === value)
  return {
    allowed: values.join(', '),
    placeholder: values.length > 3 ? 'NAME' : values.join('|'),
    list: false,
    fromText: (text) => find(text.toLowerCase()) ?? aliases[text.toLowerCase()],
    fromData: find,
  }
}

/** One line of text. `pattern` must match all of it. */
export function line(pattern: RegExp, allowed: string, placeholder: string): Format<string> {
  const fits = (value: unknown) =>
    typeof value === 'string' && pattern.test(value) ? value : undefined
  return { allowed, placeholder, list: false, fromText: fits, fromData: fits }
}

export function lines(
  pattern: RegExp,
  allowed: string,
  placeholder: string,
): Format<readonly string[]> {
  return listOf(line(pattern, allowed, placeholder))
}

/** Ports or process ids. A range `8000-8010` stands for each number in it. */
export function numbers(low: number, high: number, unit: string): Format<readonly number[]> {
  const one = wholeNumber(low, high, unit)
  const range = {
    ...one,
    fromText: (text: string) => numberRange(text, one),
    fromData: (value: unknown) => {
      if (typeof value === 'string') return numberRange(value, one)
      const number = one.fromData(value)
      return number === undefined ? undefined : [number]
    },
  }
  const ranges = listOf<readonly number[]>(range)
  return {
    ...ranges,
    allowed: `whole numbers from ${low} to ${high} or ranges like 8000-8010, separated by commas`,
    fromText: (text) => ranges.fromText(text)?.flat(),
    fromData: (value) => ranges.fromData(value)?.flat(),
  }
}

/** `name=value` pairs as in OTEL_RESOURCE_ATTRIBUTES, with percent-encoding (W3C Baggage). */
export function attributes(): Format<readonly Attribute[]> {
  const pair = {
    allowed: 'name=value, separated by commas, other characters percent-encoded',
    placeholder: 'NAME=VALUE',
    list: false,
    fromText: attributeOf,
    fromData: attributeFrom,
  }
  const list = listOf<Attribute>(pair)
  return {
    ...list,
    allowed: pair.allowed,
    fromData(value) {
      if (Array.isArray(value)) return list.fromData(value)
      if (typeof value !== 'object' || value === null) return undefined
      return list.fromData(Object.entries(value).map(([name, text]) => ({ name, value: text })))
    },
  }
}

function listOf<T>(item: Format<T>): Format<readonly T[]> {
  return {
    allowed: `${item.allowed}, separated by commas`,
    placeholder: item.placeholder,
    list: true,
    fromText: (text) => everyOne(splitList(text), item.fromText),
    fromData: (value) => everyOne(Array.isArray(value) ? value : [value], item.fromData),
  }
}

function everyOne<From, T>(
  values: readonly From[],
  read: (value: From) => T | undefined,
): readonly T[] | undefined {
  const result: T[] = []
  for (const value of values) {
    const item = read(value)
    if (item === undefined) return undefined
    result.push(item)
  }
  return result
}

/** Commas separate, `\,` is a comma in an item. */
function splitList(text: string): string[] {
  return text
    .split(/(?<!\\),/)
    .map((item) => item.replaceAll('\\,', ',').trim())
    .filter((item) => item !== '')
}

/** Numbers that one range may stand for. */
const MAX_RANGE = 65536

function numberRange(text: string, one: Format<number>): readonly number[] | undefined {
  const dash = text.indexOf('-')
  const from = one.fromText((dash < 0 ? text : text.slice(0, dash)).trim())
  const to = dash < 0 ? from : one.fromText(text.slice(dash + 1).trim())
  if (from === undefined || to === undefined || to < from || to - from >= MAX_RANGE)
    return undefined
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

function attributeOf(text: string): Attribute | undefined {
  const equals = text.indexOf('=')
  try {
    const name = decodeURIComponent(text.slice(0, Math.max(equals, 0)).trim())
    const value = decodeURIComponent(text.slice(equals + 1).trim())
    return name === '' ? undefined : { name, value }
  } catch {
    return undefined // a lone % or broken UTF-8 behind it
  }
}

/** YAML writes `1` and `true` without quotes; an attribute of a resource is text. */
function attributeFrom(data: unknown): Attribute | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { name, value, ...others } = data as Record<string, unknown>
  if (typeof name !== 'string' || name === '' || Object.keys(others).length > 0) return undefined
  return ['string', 'number', 'boolean'].includes(typeof value)
    ? { name, value: String(value) }
    : undefined
}
