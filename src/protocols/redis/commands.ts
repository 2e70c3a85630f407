/** How a command changes what follows on its connection. */
export type Effect =
  | 'select'
  | 'reset'
  | 'client'
  | 'monitor'
  | 'replication'
  | 'replconf'
  | 'exec'
  | 'discard'
  | 'subscription'

export interface Command {
  readonly name: string
  /** Words of it, its name among them; negative: at least so many. */
  readonly arity: number
  /** Which arguments are keys or fields: see TABLE. */
  readonly keys: string
  /** Its first argument is part of its name. */
  readonly isContainer: boolean
  /** No argument is ever shown: passwords are among them. */
  readonly isSecret: boolean
  readonly effect: Effect | undefined
}

/**
 * As `COMMAND` of Redis 7.0 has them, and later ones, by the places of what is no value: `2` one place,
 * `1,-1` from there to the last, `1,-1,2` every second one, `#1` as many as that argument says behind it.
 */
const TABLE: readonly (readonly [keys: string, commands: string])[] = [
  [
    '1',
    `APPEND:3 BITCOUNT:-2 BITFIELD:-2 BITFIELD_RO:-2 BITPOS:-3 DECR:2 DECRBY:3 DUMP:2 EXPIRE:-3
    EXPIREAT:-3 EXPIRETIME:2 GEOADD:-5 GEODIST:-4 GEOHASH:-2 GEOPOS:-2 GEORADIUS:-6
    GEORADIUS_RO:-6 GEORADIUSBYMEMBER:-5 GEORADIUSBYMEMBER_RO:-5 GEOSEARCH:-7 GET:2 GETBIT:3
    GETDEL:2 GETEX:-2 GETRANGE:4 GETSET:3 HEXPIRE:-6 HEXPIREAT:-6 HEXPIRETIME:-5 HGETALL:2
    HGETDEL:-5 HGETEX:-5 HKEYS:2 HLEN:2 HPERSIST:-5 HPEXPIRE:-6 HPEXPIREAT:-6 HPEXPIRETIME:-5
    HPTTL:-5 HRANDFIELD:-2 HSCAN:-3 HSETEX:-6 HTTL:-5 HVALS:2 INCR:2 INCRBY:3 INCRBYFLOAT:3
    LINDEX:3 LINSERT:5 LLEN:2 LPOP:-2 LPOS:-3 LPUSH:-3 LPUSHX:-3 LRANGE:4 LREM:4 LSET:4 LTRIM:4
    MOVE:3 PERSIST:2 PEXPIRE:-3 PEXPIREAT:-3 PEXPIRETIME:2 PFADD:-2 PSETEX:4 PTTL:2 PUBLISH:3
    RESTORE-ASKING:-4 RESTORE:-4 RPOP:-2 RPUSH:-3 RPUSHX:-3 SADD:-3 SCARD:2 SET:-3 SETBIT:4
    SETEX:4 SETNX:3 SETRANGE:4 SISMEMBER:3 SMEMBERS:2 SMISMEMBER:-3 SORT:-2 SORT_RO:-2 SPOP:-2
    SPUBLISH:3 SRANDMEMBER:-2 SREM:-3 SSCAN:-3 STRLEN:2 SUBSTR:4 TTL:2 TYPE:2 XACK:-4 XADD:-5
    XAUTOCLAIM:-6 XCLAIM:-6 XDEL:-3 XLEN:2 XPENDING:-3 XRANGE:-4 XREVRANGE:-4 XSETID:-3 XTRIM:-4
    ZADD:-4 ZCARD:2 ZCOUNT:4 ZINCRBY:4 ZLEXCOUNT:4 ZMSCORE:-3 ZPOPMAX:-2 ZPOPMIN:-2
    ZRANDMEMBER:-2 ZRANGE:-4 ZRANGEBYLEX:-4 ZRANGEBYSCORE:-4 ZRANK:3 ZREM:-3 ZREMRANGEBYLEX:4
    ZREMRANGEBYRANK:4 ZREMRANGEBYSCORE:4 ZREVRANGE:-4 ZREVRANGEBYLEX:-4 ZREVRANGEBYSCORE:-4
    ZREVRANK:3 ZSCAN:-3 ZSCORE:3`,
  ],
  [
    '',
    `ACL:-2 ASKING:1 AUTH:-2 BGREWRITEAOF:1 BGSAVE:-1 CLIENT:-2 CLUSTER:-2 COMMAND:-1 CONFIG:-2
    DBSIZE:1 DEBUG:-2 DISCARD:1 ECHO:2 EXEC:1 FAILOVER:-1 FLUSHALL:-1 FLUSHDB:-1 FUNCTION:-2
    HELLO:-1 INFO:-1 KEYS:2 LASTSAVE:1 LATENCY:-2 LOLWUT:-1 MODULE:-2 MONITOR:1 MULTI:1 PING:-1
    PSYNC:-3 PUBSUB:-2 QUIT:-1 RANDOMKEY:1 READONLY:1 READWRITE:1 REPLCONF:-1 REPLICAOF:3
    RESET:1 ROLE:1 SAVE:1 SCAN:-2 SCRIPT:-2 SELECT:2 SENTINEL:-2 SHUTDOWN:-1 SLAVEOF:3
    SLOWLOG:-2 SWAPDB:3 SYNC:1 TIME:1 UNWATCH:1 WAIT:3 WAITAOF:4`,
  ],
  [
    '1,-1',
    `DEL:-2 EXISTS:-2 HDEL:-3 HEXISTS:3 HGET:3 HMGET:-3 HSTRLEN:3 MGET:-2 PFCOUNT:-2 PFMERGE:-2
    PSUBSCRIBE:-2 PUNSUBSCRIBE:-1 SDIFF:-2 SDIFFSTORE:-3 SINTER:-2 SINTERSTORE:-3 SSUBSCRIBE:-2
    SUBSCRIBE:-2 SUNION:-2 SUNIONSTORE:-3 SUNSUBSCRIBE:-1 TOUCH:-2 UNLINK:-2 UNSUBSCRIBE:-1
    WATCH:-2`,
  ],
  [
    '1,2',
    `BLMOVE:6 BRPOPLPUSH:4 COPY:-3 GEOSEARCHSTORE:-8 HINCRBY:4 HINCRBYFLOAT:4 HSETNX:4 LCS:-3
    LMOVE:5 RENAME:3 RENAMENX:3 RPOPLPUSH:3 SMOVE:4 ZRANGESTORE:-5`,
  ],
  ['#1', `LMPOP:-4 SINTERCARD:-3 ZDIFF:-3 ZINTER:-3 ZINTERCARD:-3 ZMPOP:-4 ZUNION:-3`],
  [
    '1 #2',
    `EVALSHA:-3 EVALSHA_RO:-3 FCALL:-3 FCALL_RO:-3 ZDIFFSTORE:-4 ZINTERSTORE:-4 ZUNIONSTORE:-4`,
  ],
  ['1,-2', 'BLPOP:-3 BRPOP:-3 BZPOPMAX:-3 BZPOPMIN:-3'],
  ['#2', 'BLMPOP:-5 BZMPOP:-5 EVAL:-3 EVAL_RO:-3'],
  ['2', 'MEMORY:-2 OBJECT:-2 XGROUP:-2 XINFO:-2'],
  ['1,-1,2', 'MSET:-3 MSETNX:-3'],
  ['streams', 'XREAD:-4 XREADGROUP:-7'],
  ['1 2,-1,2', 'HMSET:-4 HSET:-4'],
  ['3', 'MIGRATE:-6'],
  ['2,-1', 'BITOP:-4'],
]

const CONTAINERS = new Set(
  `ACL CLIENT CLUSTER COMMAND CONFIG DEBUG FUNCTION LATENCY MEMORY MODULE OBJECT PUBSUB SCRIPT SENTINEL
  SLOWLOG XGROUP XINFO`.split(/\s+/),
)

const SECRET = new Set(['ACL', 'AUTH', 'CONFIG', 'HELLO', 'MIGRATE', 'SENTINEL'])

const EFFECTS = new Map<string, Effect>([
  ['SELECT', 'select'],
  ['RESET', 'reset'],
  ['CLIENT', 'client'],
  ['MONITOR', 'monitor'],
  ['PSYNC', 'replication'],
  ['SYNC', 'replication'],
  ['REPLCONF', 'replconf'],
  ['EXEC', 'exec'],
  ['DISCARD', 'discard'],
  ['SUBSCRIBE', 'subscription'],
  ['PSUBSCRIBE', 'subscription'],
  ['SSUBSCRIBE', 'subscription'],
  ['UNSUBSCRIBE', 'subscription'],
  ['PUNSUBSCRIBE', 'subscription'],
  ['SUNSUBSCRIBE', 'subscription'],
])

/** Commands of modules are recognised by their shape: `JSON.GET`, `FT.SEARCH`. */
const MAX_NAME = 32

const BY_HASH = new Map<number, Command>()
for (const [keys, commands] of TABLE) {
  for (const entry of commands.split(/\s+/)) {
    const [name = '', arity = '0'] = entry.split(':')
    const bytes = Buffer.from(name)
    BY_HASH.set(hashOf(bytes, 0, bytes.length), {
      name,
      arity: Number(arity),
      keys,
      isContainer: CONTAINERS.has(name),
      isSecret: SECRET.has(name),
      effect: EFFECTS.get(name),
    })
  }
}

/** The command of this name in any case, of those that are known. */
export function commandAt(bytes: Uint8Array, start: number, end: number): Command | undefined {
  if (end - start > MAX_NAME) return undefined
  const command = BY_HASH.get(hashOf(bytes, start, end))
  return command && isWord(bytes, start, end, command.name) ? command : undefined
}

export function takesWords({ arity }: Command, words: number): boolean {
  return arity >= 0 ? words === arity : words >= -arity
}

/** Whether these bytes are this word; letters of the word are capitals, those of the bytes any. */
export function isWord(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false
  for (let i = 0; i < word.length; i++) {
    if (upper(bytes[start + i]!) !== word.charCodeAt(i)) return false
  }
  return true
}

/** `NAME`, or `MODULE.NAME` and the like. */
export function isNameShaped(bytes: Uint8Array, start: number, end: number): boolean {
  if (end === start || end - start > MAX_NAME || !isLetter(bytes[start]!)) return false
  for (let at = start; at < end; at++) if (!isNameByte(bytes[at]!)) return false
  return true
}

/** A dot between letters. */
export function isModuleShaped(bytes: Uint8Array, start: number, end: number): boolean {
  const dot = bytes.indexOf(0x2e, start)
  if (dot <= start || dot >= end - 1) return false
  return isNameShaped(bytes, start, dot) && isNameShaped(bytes, dot + 1, end)
}

function isNameByte(byte: number): boolean {
  const digit = byte >= 0x30 && byte <= 0x39
  // Minus, full stop, underscore.
  return digit || isLetter(byte) || byte === 0x2d || byte === 0x2e || byte === 0x5f
}

function isLetter(byte: number): boolean {
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x7a
}

function upper(byte: number): number {
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte
}

/** Djb2 over capitals. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 5381
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 33) + upper(bytes[at]!)) | 0
  return hash
}
