import { spawnSync } from 'node:child_process'
import { needsPython } from './needs-python.ts'
import type { Expectation, Row } from './row.ts'
import {
  grpcCallee,
  mysqlCallee,
  nodePostgresql,
  nodeRedis,
  postgresqlCallee,
  pythonGrpc,
  pythonMysql,
  pythonPostgresql,
  pythonRedis,
  redisCallee,
} from './systems.ts'

/** Where the model can prove every call. */
export const PROVEN: Expectation = { right: 0.999, reasons: [] }

/** Where the program's own answers say that the model does not hold for it. */
export const CONTRADICTED: Expectation = { right: 0, reasons: ['model-contradicted'] }

function needsNodePostgres(): string {
  const find = "require('node:module').createRequire('/usr/share/nodejs/')('pg')"
  return spawnSync(process.execPath, ['-e', find]).status === 0 ? '' : 'node-postgres (node-pg)'
}

function needsRedis(): string {
  return spawnSync('redis-server', ['--version']).status === 0 ? '' : 'Redis (redis-server)'
}

function needsMariaDb(): string {
  return spawnSync('mariadbd', ['--version']).status === 0 ? '' : 'MariaDB (mariadb-server)'
}

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
    missing: needsPython('asyncpg'),
  },
  {
    name: 'asyncpg small pool',
    start: pythonPostgresql('asyncpg', 8),
    callee: postgresqlCallee,
    habits: ['query'],
    expect: PROVEN,
    missing: needsPython('asyncpg'),
  },
  {
    name: 'node-postgres pool',
    start: nodePostgresql(64),
    callee: postgresqlCallee,
    habits: ['query'],
    expect: PROVEN,
    missing: needsNodePostgres,
  },
  {
    name: 'node-postgres small pool',
    start: nodePostgresql(8),
    callee: postgresqlCallee,
    habits: ['query'],
    expect: CONTRADICTED,
    missing: needsNodePostgres,
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
    missing: needsPython('grpc'),
  },
  {
    name: 'node, one redis connection',
    start: nodeRedis(),
    callee: redisCallee,
    habits: ['count'],
    // More commands at once are a write of more than is copied of one: those behind that are lost.
    phases: (requests, inFlight) => `${Math.min(inFlight, 64)}:${requests}`,
    expect: { right: 0, reasons: ['mixed-read', 'unconfirmed', 'model-contradicted'] },
    missing: needsRedis,
  },
]
