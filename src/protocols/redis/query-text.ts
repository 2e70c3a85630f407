import type { Command } from './commands.ts'
import type { RedisRequest } from './message.ts'
import { quoted, REST, wordsOf } from './words.ts'

/** Words of a text, and characters. */
const MAX_SHOWN = 32
const MAX_TEXT = 1024

/**
 * `HSET key field ?`: keys and fields as sent, a question mark for each value. Of commands that passwords
 * are given to no word is shown, not even raw.
 */
export function queryText(request: RedisRequest, raw: boolean): string {
  const { name, command, count } = request
  const words = wordsOf(request)
  const shown = raw ? undefined : placesOf(command, words, count)
  const parts = [name || '?']
  for (let place = named(request) + 1; place <= count; place++) {
    if (parts.length > MAX_SHOWN) break
    const word = words[place - 1]
    if (word === undefined && !command?.isSecret) break
    const show = word !== undefined && (shown?.has(place) ?? true)
    parts.push(show ? quoted(word) : '?')
  }
  if (parts.length + named(request) <= count) parts.push(REST)
  return cut(parts.join(' '))
}

/** Words that are part of the name already. */
function named({ name }: RedisRequest): number {
  return name.includes(' ') ? 1 : 0
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}${REST}` : text
}

/** Places of arguments, from 1, that are no values. */
export function placesOf(
  command: Command | undefined,
  words: readonly string[],
  count: number,
): Set<number> {
  const places = new Set<number>()
  if (!command || command.isSecret) return places
  for (const part of command.keys.split(' ')) {
    if (part === 'streams') addStreams(places, words, count)
    else if (part.startsWith('#')) addCounted(places, words, Number(part.slice(1)))
    else if (part !== '') addRange(places, part, count)
  }
  return places
}

/** `1`, `1,-1`, `1,-1,2` */
function addRange(places: Set<number>, part: string, count: number): void {
  const [first = 0, last = first, step = 1] = part.split(',').map(Number)
  const end = last < 0 ? count + 1 + last : last
  for (let place = first; place <= end && places.size < MAX_SHOWN; place += step) places.add(place)
}

/** The number of keys, and the keys. */
function addCounted(places: Set<number>, words: readonly string[], at: number): void {
  const keys = Number(words[at - 1])
  if (!Number.isInteger(keys) || keys < 0) return
  for (let place = at; place <= at + keys && places.size < MAX_SHOWN; place++) places.add(place)
}

/** `STREAMS key key id id` */
function addStreams(places: Set<number>, words: readonly string[], count: number): void {
  const at = words.findIndex((word) => word.toUpperCase() === 'STREAMS') + 1
  if (at === 0) return
  const keys = (count - at) / 2
  for (let place = at; place <= at + keys && places.size < MAX_SHOWN; place++) places.add(place)
}
