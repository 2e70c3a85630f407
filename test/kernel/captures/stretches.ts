/** [first byte, byte after the last] */
export type Stretch = readonly [number, number]

export interface Tiling {
  /** Where nothing was seen, up to the end of the stream. */
  readonly gaps: readonly Stretch[]
  /** What two stretches claim, or what lies behind the end. */
  readonly overlaps: readonly Stretch[]
}

/** How stretches cover a stream of so many bytes, in whatever order they came. */
export function tile(stretches: readonly Stretch[], length: number): Tiling {
  const gaps: Stretch[] = []
  const overlaps: Stretch[] = []
  let covered = 0
  for (const [from, to] of stretches.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from > covered) gaps.push([covered, from])
    else if (from < covered) overlaps.push([from, Math.min(covered, to)])
    if (to > length) overlaps.push([Math.max(from, length), to])
    covered = Math.max(covered, to)
  }
  if (covered < length) gaps.push([covered, length])
  return { gaps, overlaps }
}
