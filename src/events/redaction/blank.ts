/** What takes the place of a secret. */
export const MASK = 0x78 // 'x'

const OTHER = 0x40 // '@'

/**
 * By byte, what takes its place in a body: `x` where it could be part of a word (RFC 9110, token),
 * `@` where it could not, 0 for control characters; blanks and line ends stay. So whoever looks for
 * the beginning of a message in the middle of a body decides as with the real bytes.
 */
const BLANKS = new Uint8Array(256).fill(OTHER)
BLANKS.fill(0, 0, 0x20)
BLANKS[0x7f] = 0
for (const kept of '\t\n\r ') BLANKS[kept.charCodeAt(0)] = kept.charCodeAt(0)
for (const letter of "!#$%&'*+-.^_`|~") BLANKS[letter.charCodeAt(0)] = MASK
BLANKS.fill(MASK, 0x30, 0x3a)
BLANKS.fill(MASK, 0x41, 0x5b)
BLANKS.fill(MASK, 0x61, 0x7b)

/** Takes the meaning out of bytes[from, to). */
export function blank(bytes: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at++) bytes[at] = BLANKS[bytes[at]!]!
}
