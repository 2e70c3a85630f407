// Rules of the house that neither the compiler nor Biome knows: sizes and words.
// Biome has indented everything, so a function ends at the first `}` that stands as deep as it began.

const MAX_FILE_LINES = 500
const MAX_FUNCTION_LINES = 60
const MAX_MEDIAN_FILE_LINES = 120

const KEYWORD = /^\s*(\} )?(else |do )?(if|for|while|switch|catch|try|return|with)\b/
const HEADS = [
  /\bfunction\b.*\{$/,
  /=> \{$/,
  /^\s+((static|async|override|get|set|readonly) |\*)*[#\w]+(<.*>)?\(.*\).*\{$/,
]
const HEAD_END = /^(\s*)\)(: .*)?( =>)? \{$/

// Brackets of one letter, so that these lines do not find themselves.
const WORDS = [
  [/\b(TO[D]O|FIX[M]E|HA[C]K)\b|\bX[X]X\b/, 'unfinished work'],
  [/\/work\/\w/, 'a path of one machine'],
  [/"resolved":|registry\.[\w-]+\.(org|com|net|internal)/, 'the host of a registry'],
  [/\bissue #?\d+\b/i, 'the number of an issue: say what it is about'],
  [/\b(chatgpt|copilot)\b/i, 'a tool of the authors'],
]

/** Problems of one source file, as `path:line: what`. */
export function sizeProblems(path, text) {
  const count = text.split('\n').length - 1
  const problems = functionsOf(path, text)
    .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
    .map(
      ({ at, lines }) =>
        `${path}:${at}: a function of ${lines} lines (at most ${MAX_FUNCTION_LINES})`,
    )
  if (count > MAX_FILE_LINES) problems.push(`${path}: ${count} lines (at most ${MAX_FILE_LINES})`)
  return problems
}

/** Of all source files together. */
export function medianProblems(texts) {
  const middle = median(texts.map((text) => text.split('\n').length - 1))
  return middle > MAX_MEDIAN_FILE_LINES
    ? [`half of the files have more than ${middle} lines (at most ${MAX_MEDIAN_FILE_LINES})`]
    : []
}

export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}

/** Each function that has a body of its own lines: where it begins, how many lines it has. */
export function functionsOf(path, text) {
  const lines = text.split('\n')
  return /\.[ch]$/.test(path) ? functionsOfC(lines) : functionsOfScript(lines)
}

function functionsOfScript(lines) {
  const found = []
  for (let i = 0; i < lines.length; i++) {
    const start = startOf(lines, i)
    if (start === undefined) continue
    const end = lines.findIndex((line, at) => at > i && closes(line, indentOf(lines[start])))
    if (end >= 0) found.push({ at: start + 1, lines: end - start + 1 })
  }
  return found
}

/** First line of the function whose head ends on line `i`, or undefined. */
function startOf(lines, i) {
  const line = lines[i]
  const end = HEAD_END.exec(line)
  if (end === null)
    return !KEYWORD.test(line) && HEADS.some((head) => head.test(line)) ? i : undefined
  for (let start = i - 1; start >= 0; start--) {
    if (indentOf(lines[start]) !== end[1].length || lines[start].trim() === '') continue
    return KEYWORD.test(lines[start]) ? undefined : start
  }
  return undefined
}

function closes(line, indent) {
  return line[indent] === '}' && indentOf(line) === indent
}

function indentOf(line) {
  return line.length - line.trimStart().length
}

function functionsOfC(lines) {
  const found = []
  let start = -1
  lines.forEach((line, at) => {
    if (line === '{') start = at - 1
    if (line !== '}' || start < 0) return
    found.push({ at: start + 1, lines: at - start + 1 })
    start = -1
  })
  return found
}

/** Words that do not belong into the project, as `path:line: what`. */
export function wordProblems(path, text) {
  return text
    .split('\n')
    .flatMap((line, at) =>
      WORDS.filter(([word]) => word.test(line)).map(
        ([word, what]) => `${path}:${at + 1}: ${what}: '${word.exec(line)[0]}'`,
      ),
    )
}
