import { readFileSync } from 'node:fs'
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { StartupError } from '../base/errors.ts'
import type { Row } from './option.ts'
import { ROWS } from './options.ts'
import { badValue, type Given, type Source } from './source.ts'
import { didYouMean } from './suggest.ts'

export function readYamlFile(path: string): Source {
  try {
    return readYaml(readFileSync(path, 'utf8'), path)
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    throw new StartupError(
      'FILE_UNUSABLE',
      `the settings file '${path}' cannot be read: ${cause.message}`,
      'Give the path of a readable YAML file to --config, or leave it out.',
      { cause },
    )
  }
}

/** `path` is for messages only. */
export function readYaml(text: string, path: string): Source {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const values = new Map<Row, Given>()
  const problems = document.errors.map(
    (error) =>
      `${path}:${error.linePos?.[0].line ?? 1} is not YAML: ${error.message.split('\n')[0]}`,
  )
  const place = (node: Node) => `${path}:${lines.linePos(node.range?.[0] ?? 0).line}`
  if (problems.length === 0 && document.contents !== null) {
    readSection(document.contents, '', { document, values, problems, place })
  }
  return { values, problems, warnings: [] }
}

interface Reading {
  readonly document: Document
  readonly values: Map<Row, Given>
  readonly problems: string[]
  readonly place: (node: Node) => string
}

/** `prefix`: the section's own key with a dot, '' for the whole file. */
function readSection(node: Node, prefix: string, reading: Reading): void {
  if (isScalar(node) && node.value === null) return // a section with nothing in it
  if (!isMap<Node, Node | null>(node)) {
    const what = prefix === '' ? 'the file' : prefix.slice(0, -1)
    reading.problems.push(`${reading.place(node)}: ${what} must hold settings, as 'name: value'`)
    return
  }
  for (const { key, value } of node.items) {
    const name = prefix + String(isScalar(key) ? key.value : key)
    readEntry(name, key, value, reading)
  }
}

function readEntry(name: string, key: Node, value: Node | null, reading: Reading): void {
  const row = ROWS.find((candidate) => candidate.key === name)
  if (row !== undefined) {
    readSetting(row, key, value, reading)
  } else if (ROWS.some((candidate) => candidate.key.startsWith(`${name}.`))) {
    if (value !== null) readSection(value, `${name}.`, reading)
  } else {
    const names = ROWS.flatMap((candidate) => [candidate.key, candidate.key.split('.')[0]!])
    reading.problems.push(
      `${reading.place(key)}: setting ${name} is not known${didYouMean(name.replaceAll('-', '_'), names)}`,
    )
  }
}

function readSetting(row: Row, key: Node, value: Node | null, reading: Reading): void {
  const data: unknown = value === null ? null : value.toJS(reading.document)
  if (data === null) return // `port:` with nothing behind it: not set, as an empty variable
  const found = row.format.fromData(data)
  const place = reading.place(key)
  if (found === undefined) {
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    reading.problems.push(`${place}: ${badValue(row.key, text, row)}`)
  }
  reading.values.set(row, { value: found, origin: place })
}
