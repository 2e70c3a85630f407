/** Two columns: names on the left, what they mean wrapped on the right. */
export function twoColumns(
  rows: readonly (readonly [string, string])[],
  columns: number,
  left = 30,
): string {
  return rows.map(([name, text]) => entry(name, text, left, columns)).join('')
}

function entry(name: string, text: string, left: number, columns: number): string {
  const lines = wrap(text, Math.max(columns - left - 2, 30))
  const head = `  ${name}`
  // A name that is too long has a line of its own.
  const first = head.length < left + 1 ? head.padEnd(left + 2) + (lines.shift() ?? '') : head
  return `${[first, ...lines.map((line) => ' '.repeat(left + 2) + line)].map((line) => line.trimEnd()).join('\n')}\n`
}

export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
