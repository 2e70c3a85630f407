const STAR = 0x2a
const QUESTION = 0x3f

/**
 * Whether a pattern covers the whole text: `*` is any run of characters, slashes included, `?` any
 * one. Takes at most pattern × text steps, whatever the two are.
 */
export function globMatches(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    const c = pattern.charCodeAt(p)
    if (c === STAR) {
      star = p++
      resume = t
    } else if (p < pattern.length && (c === QUESTION || c === text.charCodeAt(t))) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else return false
  }
  while (pattern.charCodeAt(p) === STAR) p++
  return p === pattern.length
}

export function anyGlobMatches(patterns: readonly string[], text: string): boolean {
  for (const pattern of patterns) if (globMatches(pattern, text)) return true
  return false
}
