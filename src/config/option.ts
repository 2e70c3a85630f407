import type { Format } from './format.ts'

/** Chapters of the help text, in its order. */
export const GROUPS = {
  first: 'What you need first',
  select: 'What is traced',
  show: 'What spans show',
  export: 'What is sent',
  agent: 'How it works',
} as const

export type Group = keyof typeof GROUPS

/** A variable that other programs read too, so that a value we cannot use is not always an error. */
export interface StandardVariable<T> {
  readonly name: string
  /** Where its values are not simply ours. `leave`: it has nothing to say here; undefined: no value of it. */
  readonly read?: (text: string) => T | 'leave' | undefined
  /** What happens to a value that cannot be used. OTEL_*: as the specification says, ignored with a warning. */
  readonly ifBad: 'warn' | 'refuse'
}

/** One setting: everything a person can know of it. */
export interface Option<T> {
  /** Without the leading dashes. */
  readonly flag: string
  /** Our own variable, which beats the standard ones. */
  readonly variable: `UNDERSPAN_${string}`
  /** First one that is set wins. */
  readonly standard?: readonly StandardVariable<T>[]
  readonly fallback: T
  readonly format: Format<T>
  readonly group: Group
  /** One line, to be read after the flag. */
  readonly help: string
}

type Leaf = string | number | boolean | readonly unknown[]

/** An option for each field: a field of Config without its row does not compile. */
export type OptionTable<T> = {
  readonly [K in keyof T]-?: T[K] extends Leaf ? Option<T[K]> : OptionTable<T[K]>
}

/** One row with its place in Config. The value's type is known to the row's own format only. */
export interface Row extends Option<unknown> {
  /** Fields of Config on the way to it: `['select', 'ports']`. */
  readonly path: readonly string[]
  /** Its place in the YAML file: `select.ports`, `payload_limit`. */
  readonly key: string
}

export function rowsOf(table: object, path: readonly string[] = []): Row[] {
  return Object.entries(table).flatMap(([name, entry]: [string, object]) => {
    const here = [...path, name]
    if (!('flag' in entry)) return rowsOf(entry, here)
    return [{ ...(entry as Option<unknown>), path: here, key: here.map(snakeCase).join('.') }]
  })
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
