import { createRequire } from 'node:module'
import { CONTRADICTED, PROVEN } from './expectations.ts'
import { needsProgram } from './needs-program.ts'
import { needsPython } from './needs-python.ts'
import type { Expectation, Row } from './row.ts'
import {
  grpcCallee,
  jdbc,
  missingJdbc,
  mysqlCallee,
  nodeIoredis,
  nodePostgresql,
  nodeRedis,
  postgresqlCallee,
  pythonGrpc,
  pythonMysql,
  pythonPostgresql,
  pythonRedis,
  redisCallee,
} from './systems.ts'

/** Attached late, it takes some answers until it is known that contexts tell whose each call is. */
const LEARNED_LATE: Partial<Expectation> = { right: 0.9, reasons: ['model-contradicted'] }

/** Calls and answers of several requests are one write and one read. */
const SHARED: Expectation = {
  right: 0,
  reasons: ['mixed-read', 'unconfirmed', 'model-contradicted'],
}

/** Of npm: see packages/package.json. */
function needsPackage(name: string): () => string {
  return () => {
    try {
      createRequire(`${import.meta.dirname}/packages/`).resolve(name)
      return ''
    } catch {
      return `${name} of npm`
    }
  }
}

const needsRedis = needsProgram('redis-server', 'Redis (redis-server)')
const needsMariaDb = needsProgram('mariadbd', 'MariaDB (mariadb-server)')

/** Calls that are queries, commands, calls of gRPC. */
export const STORES: readonly Row[] = [
  {
    name: 'python threads, postgresql',
    start: pythonPostgresql('threads', 16),
    callee: postgresqlCallee,
    habits: ['query'],
    expect: PROVEN,
  },
  {
    name: 'asyncpg pool',
    start: pythonPostgresql('asyncpg', 64),
    callee: postgresqlCallee,
    habits: ['query'],
    expect: PROVEN,
    missing: needsPython('asyncpg'),
  },
  {
    name: 'asyncpg pool, gather',
    start: pythonPostgresql('asyncpg', 64),
    callee: postgresqlCallee,
    habits: ['gather'],
    expect: PROVEN,
    late: LEARNED_LATE,
    missing: needsPython('asyncpg'),
  },
  {
    name: 'asyncpg small pool',
    start: pythonPostgresql('asyncpg', 8),
    callee: postgresqlCallee,
    habits: ['query'],
    expect: PROVEN,
    late: LEARNED_LATE,
    missing: needsPython('asyncpg'),
  },
  {
    name: 'node-postgres pool',
    // No request waits for a connection.
    start: nodePostgresql(130),
    callee: postgresqlCallee,
    habits: ['query'],
    expect: PROVEN,
    missing: needsPackage('pg'),
  },
  {
    name: 'node-postgres small pool',
    start: nodePostgresql(8),
    callee: postgresqlCallee,
    habits: ['query'],
    expect: CONTRADICTED,
    missing: needsPackage('pg'),
  },
  {
    name: 'python threads, mysql',
    start: pythonMysql(16),
    callee: mysqlCallee,
    habits: ['query'],
    expect: PROVEN,
    missing: () => needsPython('pymysql')() || needsMariaDb(),
  },
  {
    name: 'java pool, jdbc of postgresql',
    start: jdbc('postgresql', 16),
    callee: postgresqlCallee,
    habits: ['query'],
    expect: PROVEN,
    missing: () => missingJdbc('postgresql'),
  },
  {
    name: 'java pool, jdbc of mariadb',
    start: jdbc('mariadb', 16),
    callee: mysqlCallee,
    habits: ['query'],
    expect: PROVEN,
    missing: () => missingJdbc('mariadb') || needsMariaDb(),
  },
  {
    name: 'python threads, redis',
    start: pythonRedis(),
    callee: redisCallee,
    habits: ['count'],
    expect: PROVEN,
    missing: () => needsPython('redis')() || needsRedis(),
  },
  {
    name: 'python threads, one grpc channel',
    start: pythonGrpc(),
    callee: grpcCallee,
    habits: ['front'],
    expect: { right: 0, reasons: ['hand-over'] },
    late: { nobodys: ['attached-late', 'hand-over'] },
    missing: needsPython('grpc'),
  },
  {
    name: 'node, one redis connection',
    start: nodeRedis(),
    callee: redisCallee,
    habits: ['count'],
    expect: SHARED,
    missing: needsRedis,
  },
  {
    name: 'ioredis, one connection',
    start: nodeIoredis('shared'),
    callee: redisCallee,
    habits: ['count'],
    expect: SHARED,
    missing: () => needsPackage('ioredis')() || needsRedis(),
  },
  {
    name: 'ioredis, one connection, auto-pipelining',
    start: nodeIoredis('pipelining'),
    callee: redisCallee,
    habits: ['count'],
    expect: SHARED,
    missing: () => needsPackage('ioredis')() || needsRedis(),
  },
]
