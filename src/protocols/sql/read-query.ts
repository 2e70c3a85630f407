import { LruMap } from '../../base/lru-map.ts'
import { type Dialect, Lexer } from './lexer.ts'
import { QuerySummary } from './query-summary.ts'
import { QueryText } from './query-text.ts'
import { SummaryLine } from './summary-line.ts'

export type { Dialect } from './lexer.ts'

/** What a span says of a query. */
export interface QueryFacts {
  /** With `?` for each literal, without comments, bounded. */
  readonly text: string
  /** Operations and what they act on, up to 255 characters; '' if nothing is known. */
  readonly summary: string
  /** The only operation; undefined: none or several. */
  readonly operation: string | undefined
  /** The only collection of the only operation. */
  readonly collection: string | undefined
}

/** Characters of a query that are read. */
const MAX_LENGTH = 65_536
/** No keyword is longer. */
const MAX_KEYWORD = 24
/** Queries that are remembered, each up to so many characters. */
const MAX_REMEMBERED = 2048
const MAX_REMEMBERED_LENGTH = 4096

const remembered = {
  postgresql: new LruMap<string, QueryFacts>(MAX_REMEMBERED),
  mysql: new LruMap<string, QueryFacts>(MAX_REMEMBERED),
}

/** `isCut`: the end of the query is missing. */
export function readQuery(sql: string, dialect: Dialect, isCut = false): QueryFacts {
  if (isCut || sql.length > MAX_REMEMBERED_LENGTH) return new Reading(sql, dialect, isCut).facts
  const known = remembered[dialect].get(sql)
  if (known) return known
  const { facts, isFixed } = new Reading(sql, dialect, false)
  if (isFixed) remembered[dialect].set(sql, facts)
  return facts
}

class Reading {
  readonly facts: QueryFacts
  /** Its values are parameters, or it has none: it will come again. One with its values in it may not. */
  readonly isFixed: boolean

  constructor(sql: string, dialect: Dialect, isCut: boolean) {
    const isLong = sql.length > MAX_LENGTH
    const lexer = new Lexer(isLong ? sql.slice(0, MAX_LENGTH) : sql, dialect)
    const text = new QueryText(lexer)
    const line = new SummaryLine()
    const summary = new QuerySummary(lexer, line)
    let literals = 0
    let parameters = 0
    while (lexer.next()) {
      const { kind } = lexer
      if (kind === 'string' || kind === 'number') literals++
      else if (kind === 'parameter') parameters++
      const word = keywordOf(lexer)
      text.add(word)
      summary.add(word)
    }
    summary.finish(isCut || isLong)
    this.isFixed = parameters > 0 || literals === 0
    this.facts = {
      text: text.finish(),
      summary: line.text,
      operation: line.onlyOperation,
      collection: line.onlyTarget,
    }
  }
}

/** The token in capitals; '' if it is no word or too long for a keyword. */
function keywordOf({ kind, text, start, end }: Lexer): string {
  return kind === 'word' && end - start <= MAX_KEYWORD ? text.slice(start, end).toUpperCase() : ''
}
