import { endOfWord, skipBlanks } from './inline.ts'
import type { RedisRequest } from './message.ts'

/** The words of a request as far as they were kept; of one that was cut an ellipsis stands for the rest. */
export function wordsOf({ words, isInline }: RedisRequest): string[] {
  return isInline ? wordsOfLine(words) : wordsOfArray(words)
}

/** What is in quotes is one word. */
function wordsOfLine(text: string): string[] {
  const bytes = Buffer.from(text, 'latin1')
  const words: string[] = []
  for (let at = skipBlanks(bytes, 0, bytes.length); at < bytes.length; ) {
    const end = endOfWord(bytes, at, bytes.length)
    const isQuoted = bytes[at] === 0x22 || bytes[at] === 0x27
    words.push(isQuoted ? text.slice(at + 1, end - 1) : text.slice(at, end))
    at = skipBlanks(bytes, end, bytes.length)
  }
  return words
}

/** Stands for what was not kept. */
export const REST = '...'

/** `$3 CR LF key CR LF $5 CR LF …` */
function wordsOfArray(text: string): string[] {
  const words: string[] = []
  let at = 0
  while (text[at] === '$') {
    const line = text.indexOf('\r\n', at)
    if (line === -1) break
    const start = line + 2
    const length = Number(text.slice(at + 1, line))
    const word = text.slice(start, start + length)
    words.push(word.length < length ? `${word}${REST}` : word)
    at = start + length + 2
  }
  return words
}

/** As the command line takes it: in quotes if it is not a plain word. Bytes come as Latin-1. */
export function quoted(word: string): string {
  if (isPlain(word) && !hasBytes(word)) return word
  const text = Buffer.from(word, 'latin1').toString()
  if (text.includes('\ufffd')) return `"${escaped(word, true)}"`
  return isPlain(text) ? text : `"${escaped(text, false)}"`
}

function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isSpecial(text.charCodeAt(i))) return false
  return text !== ''
}

/** Blanks and controls, quotes, the backslash. */
function isSpecial(code: number): boolean {
  return code <= 0x20 || code === 0x22 || code === 0x27 || code === 0x5c || code === 0x7f
}

function hasBytes(word: string): boolean {
  for (let i = 0; i < word.length; i++) if (word.charCodeAt(i) >= 0x80) return true
  return false
}

/** `bytes`: it is no UTF-8, and what is not ASCII is shown byte by byte. */
function escaped(text: string, bytes: boolean): string {
  let result = ''
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x22 || code === 0x5c) result += `\\${text[i]}`
    else if (code < 0x20 || code === 0x7f || (bytes && code >= 0x80))
      result += `\\x${code.toString(16).padStart(2, '0')}`
    else result += text[i]
  }
  return result
}
