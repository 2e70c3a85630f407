import { dnsDatagram, dnsStream } from './dns/index.ts'
import { fastcgi } from './fastcgi/index.ts'
import { http1 } from './http1/index.ts'
import { http2 } from './http2/index.ts'
import { memcached } from './memcached/index.ts'
import { mysql } from './mysql/index.ts'
import { postgresql } from './postgresql/index.ts'
import type { Message, Protocol } from './protocol.ts'
import { redis } from './redis/index.ts'
import { uwsgi } from './uwsgi/index.ts'

/**
 * All protocols, in order of trial. The number of a protocol, as the kernel keeps it, is its place
 * from 1; 0 means none.
 */
export const PROTOCOLS: readonly Protocol[] = [
  any(http1),
  any(http2),
  any(redis),
  any(memcached),
  any(postgresql),
  any(mysql),
  any(fastcgi),
  any(uwsgi),
  any(dnsDatagram),
  any(dnsStream),
]

/**
 * A conversation and a description only ever meet messages of their own protocol, which the type of
 * a list cannot say.
 */
function any<Q extends Message, R extends Message>(protocol: Protocol<Q, R>): Protocol {
  return protocol as unknown as Protocol
}
