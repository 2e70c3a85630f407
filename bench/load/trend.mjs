// Whether a series of measurements grows: least squares, and how sure that is.

/** Growth below this part of the mean is none, however sure. */
const NOTHING = 0.02

/**
 * `points`: [seconds, value]. The slope is in units an hour, `unsure` two standard errors of it: neighbours in time
 * resemble each other (a heap between two collections), so they count for fewer than they are.
 */
export function trend(points) {
  const n = points.length
  const meanOf = (pick) => points.reduce((sum, point) => sum + pick(point), 0) / n
  const middle = meanOf(([at]) => at)
  const mean = meanOf(([, value]) => value)
  const spread = points.reduce((sum, [at]) => sum + (at - middle) ** 2, 0)
  const slope =
    points.reduce((sum, [at, value]) => sum + (at - middle) * (value - mean), 0) / spread
  const rest = points.map(([at, value]) => value - mean - slope * (at - middle))
  const squares = rest.reduce((sum, left) => sum + left * left, 0)
  const error = Math.sqrt((squares / Math.max(1, n - 2) / spread) * inflation(rest, squares))
  const hours = (points[n - 1][0] - points[0][0]) / 3600
  const unsure = 2 * error
  const grown = Math.max(0, slope * 3600 - unsure * 3600) * hours
  return {
    mean,
    slope: slope * 3600,
    unsure: unsure * 3600,
    flat: grown <= NOTHING * mean,
  }
}

/** (1 + r) / (1 − r) with the likeness r of neighbours. */
function inflation(rest, squares) {
  if (squares === 0) return 1
  let shared = 0
  for (let i = 1; i < rest.length; i++) shared += rest[i] * rest[i - 1]
  const r = Math.min(0.95, Math.max(0, shared / squares))
  return (1 + r) / (1 - r)
}
