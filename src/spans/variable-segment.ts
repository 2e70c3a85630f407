/** Longer than any name that a route is made of. */
const LONGEST_NAME = 64
const LONGEST_WORD = 32
/** Words of a title made into a path: `how-to-cook-rice-at-home`. */
const WORDS_OF_TITLE = 6
/** Digits that make a name a number of something. */
const MANY_DIGITS = 3
const SHORTEST_TOKEN = 8
const SHORTEST_HEX = 8

/** Names with many digits that mean what they say. */
const NAMES = new Set(['sha256', 'sha384', 'sha512', 'error404', 'error500', 'rfc7231', 'iso8601'])

const VERSION = /^v\d+(?:alpha|beta|rc)\d*$/

const LOWER = 1
const UPPER = 2
const DIGIT = 3
const JOINT = 4
const OTHER = 5

const CLASS = new Uint8Array(128).fill(OTHER)
for (let c = 0x61; c <= 0x7a; c++) CLASS[c] = LOWER
for (let c = 0x41; c <= 0x5a; c++) CLASS[c] = UPPER
for (let c = 0x30; c <= 0x39; c++) CLASS[c] = DIGIT
for (const c of '-_.~:,+') CLASS[c.charCodeAt(0)] = JOINT
CLASS['$'.charCodeAt(0)] = LOWER

const DOT = 0x2e
const AT = 0x40

/**
 * Whether a segment of a path looks like a value and not like a name: numbers, UUIDs, hashes,
 * tokens, dates, addresses, titles, anything percent-encoded.
 */
export function isVariable(segment: string): boolean {
  const { length } = segment
  if (length > LONGEST_NAME) return true
  let digits = 0
  let letters = 0
  let joints = 0
  let dots = 0
  let hex = 0
  let changes = 0
  let previous = JOINT
  for (let i = 0; i < length; i++) {
    const c = segment.charCodeAt(i)
    const kind = c < 128 ? CLASS[c]! : OTHER
    if (kind === OTHER) {
      if (c !== AT || i > 0) return true
      continue
    }
    if (kind === DIGIT) digits++
    else if (kind === JOINT) joints++
    else letters++
    if (c === DOT) dots++
    if (kind === DIGIT || isHexLetter(c)) hex++
    if (isChange(previous, kind)) changes++
    previous = kind
  }
  if (letters === 0) return digits > 0 && !(dots === 1 && joints === 1 && length === 3)
  if (digits >= MANY_DIGITS) return !NAMES.has(segment)
  if (digits > 0 && hex === length - joints && hex >= SHORTEST_HEX) return true
  if (joints + 1 >= WORDS_OF_TITLE) return true
  if (length >= LONGEST_WORD && joints === 0) return true
  const restless = changes * (digits > 1 ? 3.5 : 2.5) >= length
  return length >= SHORTEST_TOKEN && restless && !VERSION.test(segment)
}

function isHexLetter(c: number): boolean {
  const lower = c | 0x20
  return lower >= 0x61 && lower <= 0x66
}

/** Words change from small to capital letters now and then; random text all the time. */
function isChange(previous: number, kind: number): boolean {
  if (previous === JOINT || kind === JOINT) return false
  return previous === LOWER
    ? kind !== LOWER
    : kind !== previous && (kind === DIGIT || previous === DIGIT)
}
