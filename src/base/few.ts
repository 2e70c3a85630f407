/**
 * A list that mostly holds one thing or none, which then needs no array: two objects and 56 bytes, of lists that are kept by
 * the hundred thousand.
 */
export type Few<T extends object> = T | T[] | undefined

/** The list with one more at its end. */
export function withOne<T extends object>(few: Few<T>, one: T): T | T[] {
  if (few === undefined) return one
  if (!Array.isArray(few)) return [few, one]
  few.push(one)
  return few
}

/** The one at this index; undefined behind the last. */
export function oneOf<T extends object>(few: Few<T>, index: number): T | undefined {
  if (Array.isArray(few)) return few[index]
  return index === 0 ? few : undefined
}

export function isAmong<T extends object>(few: Few<T>, one: T): boolean {
  return Array.isArray(few) ? few.includes(one) : few === one
}

export function countOf(few: Few<object>): number {
  if (Array.isArray(few)) return few.length
  return few === undefined ? 0 : 1
}
