import type { Row } from './option.ts'

/** What one of flags, environment and file says. A problem is a sentence; it names what it is about. */
export interface Source {
  readonly values: ReadonlyMap<Row, Given>
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

export interface Given {
  readonly value: unknown
  /** Where it was written: `--port`, `UNDERSPAN_PORT`, `agent.yaml:3`. */
  readonly origin: string
}

/** Characters of a bad value that are shown. */
const SHOWN = 80

/** `--hooks is 'fast'; allowed: auto, socket, syscall`. */
export function badValue(name: string, found: string, row: Row): string {
  return `${name} is '${shown(found)}'; allowed: ${row.format.allowed}`
}

/** One printable line. */
export function shown(text: string): string {
  const line = text.replace(/\p{C}/gu, '\u{fffd}')
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line
}
