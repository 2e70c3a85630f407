/** Letters, `_`, and all that is not ASCII: what an identifier begins with in every dialect. */
export function isLetter(code: number): boolean {
  const lower = code | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || code === 0x5f || code >= 0x80
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Goes on with an identifier; `$` does in both dialects. */
export function isWordPart(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 0x24
}

/** Blank, tab, line feed, vertical tab, form feed, carriage return; a NUL ends a text that was cut. */
export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0
}
