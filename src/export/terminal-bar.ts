import type { Glyphs } from './terminal-style.ts'

/** A stretch of time, milliseconds on any scale. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** When something happened within `whole`, as wide as `cells`, to half a cell. */
export function bar(part: Stretch, whole: Stretch, cells: number, glyphs: Glyphs): string {
  const [full, leftHalf, rightHalf, mark] = glyphs.bar
  const scale = whole.to > whole.from ? (cells * 2) / (whole.to - whole.from) : 0
  const last = cells * 2
  const start = clamp(Math.round((part.from - whole.from) * scale), last - 1)
  const end = scale === 0 ? last : clamp(Math.round((part.to - whole.from) * scale), last)
  if (end - start < 1) return pad(' '.repeat(start >> 1) + mark, cells)
  if (start >> 1 === (end - 1) >> 1) {
    const only = end - start === 2 ? full : start % 2 === 0 ? leftHalf : rightHalf
    return pad(' '.repeat(start >> 1) + only, cells)
  }
  const before = ' '.repeat(start >> 1) + (start % 2 === 1 ? rightHalf : '')
  const whollyFrom = (start + 1) >> 1
  const whollyTo = end >> 1
  const after = end % 2 === 1 ? leftHalf : ''
  return pad(before + full.repeat(Math.max(0, whollyTo - whollyFrom)) + after, cells)
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most)
}

function pad(text: string, cells: number): string {
  return text.padEnd(cells)
}
