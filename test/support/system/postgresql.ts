import { chownSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stage } from './apps.ts'
import { finish } from './program.ts'

const VERSIONS = '/usr/lib/postgresql'
/** `nobody`: the server does not run as root. */
const NOBODY = 65_534
const AS_NOBODY = [
  ...['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'],
  '--',
]
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=160']

export interface PostgresqlOptions {
  /** Statements and what they ran with, a line each, as `log()` gives them. */
  readonly logs?: boolean
}

export interface Postgresql {
  /** What it wrote down of its own work. */
  log(): string
}

/** A server with one user, `shop`, who needs no password, and one database, `postgres`. */
export async function startPostgresql(
  stage: Stage,
  port: number,
  { logs = false }: PostgresqlOptions = {},
): Promise<Postgresql> {
  const folder = stage.folder()
  chownSync(folder, NOBODY, NOBODY)
  const data = join(folder, 'data')
  const bin = join(VERSIONS, newest(), 'bin')
  const init = ['--no-sync', '-A', 'trust', '-U', 'shop', '-E', 'UTF8', '--locale', 'C']
  await finish([...AS_NOBODY, join(bin, 'initdb'), '-D', data, ...init])
  const settings = [`port=${port}`, `unix_socket_directories=${folder}`, ...FAST]
  if (logs) settings.push('log_statement=all', 'logging_collector=on', 'log_filename=log')
  const words = settings.flatMap((setting) => ['-c', setting])
  await stage.server([...AS_NOBODY, join(bin, 'postgres'), '-D', data, ...words], port)
  return { log: () => readFileSync(join(data, 'log/log'), 'utf8') }
}

function newest(): string {
  return readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a))[0]!
}
