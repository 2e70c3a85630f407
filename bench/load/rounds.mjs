// Rounds with and without the agent take turns, so that both meet the same machine.

/** `measure(isTraced)` gives the figures of one round; which comes first alternates. */
export async function pairs(count, measure) {
  const found = []
  for (let round = 0; round < count; round++) {
    const order = round % 2 === 0 ? [false, true] : [true, false]
    const pair = {}
    for (const isTraced of order) pair[isTraced ? 'traced' : 'plain'] = await measure(isTraced)
    found.push(pair)
  }
  return found
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : (sorted[middle - 1] + sorted[middle]) / 2
}

/** `median (least to most)` */
export function spread(values, digits = 1) {
  const show = (value) => value.toFixed(digits)
  return `${show(median(values))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`
}
