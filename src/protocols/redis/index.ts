// Redis: RESP2 and RESP3, as Redis 1.2 to 8, Valkey and others speak them.
// https://redis.io/docs/latest/develop/reference/protocol-spec/

import type { About, Protocol } from '../protocol.ts'
import { RedisConversation } from './conversation.ts'
import { describe } from './describe.ts'
import { detect } from './detect.ts'
import type { RedisReply, RedisRequest } from './message.ts'
import { isSilent } from './setup.ts'

const about: About = {
  title: 'Redis',
  versions: 'RESP2 and RESP3, as Redis 1.2 to 8, Valkey and others speak them',
  link: 'https://redis.io/docs/latest/develop/reference/protocol-spec/',
  reads: [
    'commands as arrays and as typed lines, pipelines, `MULTI`/`EXEC`: each command is a span, and so is `EXEC`',
    '`db.namespace`: the index that `SELECT` chose; left out where that was not seen',
    'errors by their first word (`WRONGTYPE`), those within the answer to `EXEC` or a script too; `MOVED` and `ASK` are a `db.response.status_code` alone: the client asks elsewhere, nothing failed',
    'connecting (`HELLO`, `AUTH`, `CLIENT SETNAME`) only where it fails; `CLIENT SETINFO` and `CLIENT MAINT_NOTIFICATIONS` never, which servers need not know',
    'commands that are confirmed once for each channel (`SUBSCRIBE a b`): one span',
  ],
  hides: [
    'Values: of `HSET key field value` the text is `HSET key field ?`, as the semantic conventions write it; keys and fields are shown, and `--query-text off` leaves out all of it; `raw` shows the first 512 bytes of the words',
    'every word given to `AUTH`, `HELLO`, `ACL`, `CONFIG`, `MIGRATE` and `SENTINEL`, even in raw texts',
  ],
  limits: [
    'commands after `CLIENT REPLY OFF` or `SKIP` get no answer and make no span',
    'published messages, invalidations and other pushes make no span',
    'after `MONITOR`, `SYNC` or `PSYNC` nothing more of the connection is read',
    'of a write of more than 16 KB the commands behind that make no span; their answers are counted (`unpaired-response`)',
    'a connection that begins with a typed line is recognised only by commands that no other protocol has',
  ],
}

export const redis: Protocol<RedisRequest, RedisReply> = {
  name: 'redis',
  about,
  pairing: 'in-order',
  isStore: true,
  captureLimit: 16_384,
  packsMessages: true,
  detect,
  isSilent,
  open: (late) => new RedisConversation(late),
  describe,
}
