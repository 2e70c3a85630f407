// Memcached: the text protocol with its meta commands, 1.2 to 1.6.
// https://docs.memcached.org/protocols/

import type { About, Protocol } from '../protocol.ts'
import { MemcachedConversation } from './conversation.ts'
import { describe } from './describe.ts'
import { detect } from './detect.ts'
import type { MemcachedReply, MemcachedRequest } from './message.ts'

const about: About = {
  title: 'Memcached',
  versions: 'the text protocol with its meta commands, 1.2 to 1.6',
  link: 'https://docs.memcached.org/protocols/',
  reads: [
    'commands with their keys, pipelines of them too',
    '`ERROR`, `CLIENT_ERROR` and `SERVER_ERROR`; a key that is not found is no error',
  ],
  hides: [
    'Values, which are never kept',
    'numbers and tokens: the text of a `set` is `set key ? ? ?`; `--query-text raw` shows the line as sent',
  ],
  limits: [
    'the binary protocol is not read',
    'commands with `noreply`, and quiet meta commands (`q`), make no span: nobody answers them, or perhaps',
    'quiet commands before one that is neither `mn` nor has an opaque token: the connection is looked at anew',
    'a connection is recognised by commands that no other protocol has',
  ],
}

export const memcached: Protocol<MemcachedRequest, MemcachedReply> = {
  name: 'memcached',
  about,
  pairing: 'in-order',
  isStore: true,
  captureLimit: 16_384,
  detect,
  open: (late) => new MemcachedConversation(late),
  describe,
}
