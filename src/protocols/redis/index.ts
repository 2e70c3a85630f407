// Redis: RESP2 and RESP3, as Redis 1.2 to 8, Valkey and others speak them.
// https://redis.io/docs/latest/develop/reference/protocol-spec/

import type { Protocol } from '../protocol.ts'
import { RedisConversation } from './conversation.ts'
import { describe } from './describe.ts'
import { detect } from './detect.ts'
import type { RedisReply, RedisRequest } from './message.ts'

export const redis: Protocol<RedisRequest, RedisReply> = {
  name: 'redis',
  pairing: 'in-order',
  isStore: true,
  captureLimit: 4096,
  detect,
  open: (late) => new RedisConversation(late),
  describe,
}
