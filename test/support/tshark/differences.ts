/** What one of the two readers of a session has and the other has not. */
export interface Difference {
  readonly because: string
  readonly theirs?: readonly string[]
  readonly ours?: readonly string[]
}

const SQL_MODE =
  'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'
const FIRST_OF_PACKET = 'tshark 4.0 reads the first command of a packet and no other'

/** By session. All else must be the same. */
export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'http1/connect-tunnel': {
    because: 'tshark 4.0 shows the HTTP inside a tunnel as data',
    ours: ['GET /hello 200'],
  },
  'http2/node-streams': {
    because: 'the agent makes no span of what a server pushes: nobody asked for it',
    theirs: ['GET /pushed.css 200'],
  },
  'mysql/caching-sha2': {
    because: 'tshark 4.0 takes the encrypted password of caching_sha2_password as a command',
    theirs: ['129 '],
  },
  'mysql/connector-python': {
    because:
      'tshark 4.0 takes a query attribute that is a number as a text, and 7 bytes of the query',
    theirs: [
      '3 name FROM item WHERE id = 1',
      "3 ES 'utf8mb4' COLLATE 'utf8mb4_0900_ai_ci'",
      '3 ession.autocommit = OFF',
      `3 ession.sql_mode = '${SQL_MODE}'`,
      '3 1 FROM missing',
      "3 INTO item(id, name) VALUES (1, 'twice')",
    ],
    ours: [
      '3 SELECT name FROM item WHERE id = 1',
      "3 SET NAMES 'utf8mb4' COLLATE 'utf8mb4_0900_ai_ci'",
      '3 SET @@session.autocommit = OFF',
      `3 SET @@session.sql_mode = '${SQL_MODE}'`,
      '3 SELECT 1 FROM missing',
      "3 INSERT INTO item(id, name) VALUES (1, 'twice')",
    ],
  },
  'mysql/local-infile': {
    because:
      'tshark 4.0 takes the lines of a file as a command, and reports of progress (MariaDB) as errors',
    theirs: ['49 ', 'error 65535 ', 'error 65535 '],
  },
  'mysql/replica': {
    because: 'the agent leaves a connection that asks for the log',
    theirs: ['18 '],
  },
  'redis/client-reply': {
    because:
      'what CLIENT REPLY keeps from being answered is no exchange; an empty array is no command',
    theirs: [
      ...['CLIENT REPLY SKIP', 'INCR a'],
      ...['CLIENT REPLY OFF', 'INCR a', `SET b ${'x'.repeat(50)}`],
      ...['', 'CLIENT REPLY OFF'],
    ],
  },
  'redis/inline': {
    because:
      'tshark 4.0 reads no commands typed as lines; the agent leaves a connection that monitors',
    theirs: ['PING'],
    ours: ['HSET h f v', 'HGET h f', 'PING', 'SET "a b" "c d"', 'FOO', 'QUIT'],
  },
  'redis/redis-cli': {
    because:
      'a connection with an unknown command and no other is not recognised; tshark goes by the port',
    theirs: ['NOSUCH a b', 'error ERR'],
  },
  'redis/replica': {
    because: 'what a replica acknowledges is not answered',
    theirs: [...Array(3).fill('REPLCONF ACK 0'), ...Array(2).fill('REPLCONF ACK 60')],
  },
  'memcached/meta-commands': {
    because: FIRST_OF_PACKET,
    ours: ['get n', 'get x', 'get x'],
  },
  'memcached/pymemcache': {
    because: FIRST_OF_PACKET,
    ours: ['get user:1'],
  },
}
