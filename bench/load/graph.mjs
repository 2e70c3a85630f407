// Series over time as SVG, one panel below the other.

const WIDTH = 860
const PANEL = 130
const LEFT = 70
const RIGHT = 20
const TOP = 26

/** `panels`: { title, points: [seconds, value][] }, all over the same time; `warm` seconds are shaded. */
export function svg(panels, warm, seconds) {
  const height = panels.length * PANEL + 30
  const body = panels.map((panel, i) => panelText(panel, i * PANEL, warm, seconds)).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${body}<g fill="#555" text-anchor="middle">${minutes(seconds, height - 10)}</g>
</svg>
`
}

function panelText({ title, points }, top, warm, seconds) {
  const most = niceTop(Math.max(...points.map(([, value]) => value)))
  const bottom = top + PANEL - 16
  const height = PANEL - 16 - TOP
  const x = (at) => (LEFT + (at / seconds) * (WIDTH - LEFT - RIGHT)).toFixed(1)
  const y = (value) => (bottom - (value / most) * height).toFixed(1)
  const line = points.map(([at, value]) => `${x(at)},${y(value)}`).join(' ')
  const ticks = [0, 0.5, 1].map(
    (part) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(most * part)}" y2="${y(most * part)}" stroke="#ddd"/>` +
      `<text x="${LEFT - 8}" y="${Number(y(most * part)) + 4}" fill="#555" text-anchor="end">${(most * part).toLocaleString('en')}</text>`,
  )
  return `<rect x="${LEFT}" y="${top + TOP}" width="${(Number(x(warm)) - LEFT).toFixed(1)}" height="${height}" fill="#f3f3f3"/>
${ticks.join('\n')}
<text x="${LEFT}" y="${top + 18}" fill="#111">${escaped(title)}</text>
<polyline points="${line}" fill="none" stroke="#0b5cad" stroke-width="1.2"/>
`
}

function minutes(seconds, y) {
  const count = 6
  return Array.from({ length: count + 1 }, (_, i) => {
    const at = (seconds / count) * i
    const x = LEFT + (at / seconds) * (WIDTH - LEFT - RIGHT)
    return `<text x="${x.toFixed(1)}" y="${y}">${(at / 60).toFixed(seconds < 600 ? 1 : 0)} min</text>`
  }).join('')
}

/** The next of 1, 2, 4, 5, 8 times a power of ten. */
function niceTop(value) {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 4, 5, 8].find((step) => step * power >= value) ?? 10) * power
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
