/** The known name that `word` was probably meant to be: at most a third of its letters differ. */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.floor(Math.max(word.length, 3) / 3) + 1
  for (const name of known) {
    const distance = isPartOf(word, name) ? 1 : editDistance(word, name, bestDistance)
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

/** `; did you mean '--port'?`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>, prefix = ''): string {
  const name = suggest(word, known)
  return name === undefined ? '' : `; did you mean '${prefix}${name}'?`
}

/** `endpoint` for `otlp-endpoint`, `ports` for `port`. */
function isPartOf(word: string, name: string): boolean {
  const plain = word.replace(/s$/i, '')
  return plain.length > 2 && (name === plain || name.split(/[-_.]/).slice(1).join('-') === plain)
}

/** Letters to add, leave out, replace or swap with their neighbour; `limit` when it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return Math.min(last[b.length]!, limit)
}
