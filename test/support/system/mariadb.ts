import { chownSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stage } from './apps.ts'
import { finish } from './program.ts'

/** `nobody`: the server does not run as root. */
const NOBODY = 65_534
const AS_NOBODY = [
  ...['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'],
  '--',
]
const FAST = ['--skip-name-resolve', '--skip-log-bin', '--innodb-flush-log-at-trx-commit=0']
const SMALL = ['--innodb-buffer-pool-size=32M', '--max-connections=128']

export interface MariaDb {
  /** Every query, as it was sent, among other words. */
  log(): string
}

/** A server with one user, `shop`, who needs no password, and one database, `shop`. */
export async function startMariaDb(stage: Stage, port: number): Promise<MariaDb> {
  const folder = stage.folder()
  chownSync(folder, NOBODY, NOBODY)
  const data = join(folder, 'data')
  const install = [
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    `--datadir=${data}`,
  ]
  await finish([...AS_NOBODY, 'mariadb-install-db', '--no-defaults', ...install])
  const log = join(folder, 'log')
  const places = [
    ...[
      `--datadir=${data}`,
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
    ],
    ...[`--port=${port}`, '--bind-address=127.0.0.1', '--general-log', `--general-log-file=${log}`],
  ]
  const server = ['mariadbd', '--no-defaults', ...places, ...FAST, ...SMALL]
  await stage.server([...AS_NOBODY, ...server], port)
  const sql = "CREATE DATABASE shop; CREATE USER shop@'%'; GRANT ALL ON *.* TO shop@'%'"
  await finish(['mariadb', '--no-defaults', '-uroot', '-h127.0.0.1', `-P${port}`, '-e', sql])
  return { log: () => readFileSync(log, 'utf8') }
}
