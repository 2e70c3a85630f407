/** How a line is read: what its words are, and whether a value follows it. */
export interface Command {
  /** First key, and whether all words from there on are keys. */
  readonly key: number
  readonly many: boolean
  /** Word with the length of the value that follows; 0 none does. */
  readonly length: number
  /** Words it has at least and at most, itself among them. */
  readonly least: number
  readonly most: number
  readonly isMeta: boolean
}

const MANY = Number.POSITIVE_INFINITY

function command(key: number, least: number, most: number, more: Partial<Command> = {}): Command {
  return { key, many: false, length: 0, least, most, isMeta: false, ...more }
}

const STORE = command(1, 5, 6, { length: 4 })
const ADMIN = command(0, 1, MANY)
const META = command(1, 2, MANY, { isMeta: true })

/** https://docs.memcached.org/protocols/basic/ and https://docs.memcached.org/protocols/meta/ */
export const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ...['set', 'add', 'replace', 'append', 'prepend'].map((name) => [name, STORE] as const),
  ['cas', command(1, 6, 7, { length: 4 })],
  ['get', command(1, 2, MANY, { many: true })],
  ['gets', command(1, 2, MANY, { many: true })],
  ['gat', command(2, 3, MANY, { many: true })],
  ['gats', command(2, 3, MANY, { many: true })],
  ['incr', command(1, 3, 4)],
  ['decr', command(1, 3, 4)],
  ['touch', command(1, 3, 4)],
  ['delete', command(1, 2, 4)],
  ['mg', META],
  ['md', META],
  ['ma', META],
  ['me', META],
  ['ms', command(1, 3, MANY, { isMeta: true, length: 2 })],
  ['mn', command(0, 1, 1, { isMeta: true })],
  ...['version', 'stats', 'flush_all', 'verbosity', 'lru', 'lru_crawler', 'slabs', 'watch'].map(
    (name) => [name, ADMIN] as const,
  ),
  ...['cache_memlimit', 'quit', 'shutdown'].map((name) => [name, ADMIN] as const),
])

/** Commands of which the end of the connection is the answer. */
export const FAREWELLS: ReadonlySet<string> = new Set(['quit', 'shutdown'])
