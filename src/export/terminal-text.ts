// How much room a text takes in a terminal, and texts made safe for one.

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
/** Control and format characters, line separators, halves of pairs: a URL or a process name may carry any. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const TAKES_NO_ROOM = /^[\p{Mn}\p{Me}]$/u

/** First and last code points that take two columns (Unicode, East Asian Width W and F). */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
]

/** The text without anything that a terminal would obey. */
export function safe(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replace(UNSAFE, '·')
}

/** Columns, of safe text. */
export function widthOf(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

/** Exactly so many columns: cut with an ellipsis, or filled up. */
export function cell(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const cut = shorten(text, width)
  const room = ' '.repeat(Math.max(0, width - widthOf(cut)))
  return side === 'left' ? cut + room : room + cut
}

/** At most so many columns. */
export function shorten(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  if (width <= 0) return ''
  let kept = ''
  let used = 0
  for (const character of text) {
    used += characterWidth(character)
    if (used > width - 1) break
    kept += character
  }
  return `${kept}…`
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x300) return 1
  if (TAKES_NO_ROOM.test(character)) return 0
  return isWide(code) ? 2 : 1
}

function isWide(code: number): boolean {
  for (const [first, last] of WIDE) if (code >= first && code <= last) return true
  return false
}
