const CR = 0x0d
const LF = 0x0a

/** Index of the line feed, or -1. */
export function findLineEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === LF) return at
  return -1
}

/** Words of bytes[start, end), a carriage return at the end left out. */
export function textOf(bytes: Buffer, start: number, end: number): string {
  const last = end > start && bytes[end - 1] === CR ? end - 1 : end
  return bytes.toString('latin1', start, last)
}

/** Whether bytes[at…] begin with a word, as far as they go. */
export function beginsWith(bytes: Uint8Array, at: number, end: number, word: string): boolean {
  const compared = Math.min(word.length, end - at)
  for (let i = 0; i < compared; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false
  return true
}

/** A length in decimal; -1 it is none. */
export function lengthOf(word: string | undefined): number {
  const length = Number(word)
  return word && word.length <= 10 && Number.isInteger(length) && length >= 0 ? length : -1
}
