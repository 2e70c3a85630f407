import type { RedisReply } from '../../../src/protocols/redis/message.ts'
import { nodes, values } from './dissect.ts'
import { describedRaw, inTime, type Judge } from './judge.ts'

/** Their words are secrets, and the agent shows none. */
const SECRET = /^(HELLO|AUTH|CONFIG GET|CONFIG SET) /
/** Characters of a text that are compared: what is longer the agent cuts. */
const SHOWN = 100
const PLAIN = /^[!#-&(-[\]-~]+$/

/**
 * Each command with its words, `error WORD` for each error. tshark 4.0 reads RESP2: errors are
 * looked for where they stand alone, as they do in RESP3.
 */
export const redisJudge: Judge = {
  serverPort: 6379,
  layers: ['resp'],

  theirs(packets) {
    const rows: string[] = []
    for (const { from, layers } of packets)
      if (from === 'C')
        for (const array of nodes(layers.resp, 'resp.array'))
          rows.push(textOf(nodes(array, 'resp.bulk_string').map(wordOf)))
      else
        for (const error of values(layers.resp, 'resp.error'))
          rows.push(`error ${error.split(' ')[0]}`)
    return rows
  },

  ours(exchanges) {
    return inTime(
      exchanges,
      (exchange) => String(describedRaw(exchange).attributes['db.query.text']).slice(0, SHOWN),
      ({ response }) => {
        const { error = '' } = (response as RedisReply | undefined) ?? {}
        return error ? `error ${error}` : undefined
      },
    )
  },
}

/** `47:45:54`. */
function wordOf(string: Parameters<typeof values>[0]): string {
  const [hex = ''] = values(string, 'resp.bulk_string.value')
  return Buffer.from(hex.replaceAll(':', ''), 'hex').toString()
}

/** As a command line takes it. */
function textOf([command = '', ...words]: readonly string[]): string {
  const parts = words.map((word) => (PLAIN.test(word) ? word : JSON.stringify(word)))
  const text = [command.toUpperCase(), ...parts].join(' ')
  const secret = SECRET.exec(text)?.[0]
  const shown = secret ? `${secret}${text.slice(secret.length).replace(/[^ ]+/g, '?')}` : text
  return shown.slice(0, SHOWN)
}
