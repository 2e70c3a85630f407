import type { MemcachedRequest } from '../../../src/protocols/memcached/message.ts'
import { values } from './dissect.ts'
import type { Judge } from './judge.ts'

/** What tshark 4.0 knows; meta commands, `touch`, `gat` and others it calls a continuation. */
const KEYED = new Set([
  'get',
  'gets',
  'set',
  'add',
  'replace',
  'append',
  'prepend',
  'cas',
  'incr',
  'decr',
  'delete',
])

/** `set KEY`, `get KEY KEY` for each command that is answered. Of errors tshark 4.0 reads none. */
export const memcachedJudge: Judge = {
  serverPort: 11_211,
  layers: ['memcache'],

  theirs(packets) {
    const rows: string[] = []
    for (const { from, layers } of packets) {
      const [command = ''] = values(layers.memcache, 'memcache.command')
      const isAnswered = values(layers.memcache, 'memcache.noreply').length === 0
      if (from === 'C' && isAnswered && KEYED.has(command))
        rows.push([command, ...values(layers.memcache, 'memcache.key')].join(' '))
    }
    return rows
  },

  ours(exchanges) {
    return exchanges
      .map(({ request }) => (request as MemcachedRequest).line.split(' '))
      .filter(([command]) => KEYED.has(command!))
      .map((words) => (words[0]!.startsWith('get') ? words : words.slice(0, 2)).join(' '))
  },
}
