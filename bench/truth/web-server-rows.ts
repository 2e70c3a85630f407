import { join } from 'node:path'
import { PROVEN } from './expectations.ts'
import { needsProgram } from './needs-program.ts'
import type { Expectation, Row } from './row.ts'
import { APPS, fill } from './systems.ts'

const apache: Row['start'] = (stage, port, down) => {
  const folder = stage.folder()
  const path = fill(folder, 'apache.conf', { FOLDER: folder, PORT: port, DOWN: down })
  return stage.server(['apache2', '-D', 'FOREGROUND', '-f', path], port)
}

const lighttpd: Row['start'] = (stage, port, down) => {
  const folder = stage.folder()
  const path = fill(folder, 'lighttpd.conf', { FOLDER: folder, PORT: port, DOWN: down })
  return stage.server(['lighttpd', '-D', '-f', path], port)
}

const varnish: Row['start'] = (stage, port, down) => {
  const folder = stage.folder()
  const path = fill(folder, 'varnish.vcl', { DOWN: down })
  const where = ['-a', `127.0.0.1:${port}`, '-f', path, '-n', folder, '-s', 'default,16m']
  return stage.server(['varnishd', '-F', '-j', 'none', ...where], port)
}

const puma: Row['start'] = (stage, port, down) => {
  const threads = ['--threads', '16:16', '--environment', 'production', '--quiet']
  const command = ['puma', ...threads, '--bind', `tcp://127.0.0.1:${port}`, join(APPS, 'puma.ru')]
  return stage.server(command, port, { env: { DOWN: String(down) } })
}

const gunicorn: Row['start'] = (stage, port, down) => {
  const threads = ['--worker-class', 'gthread', '--workers', '2', '--threads', '16']
  const where = ['--bind', `127.0.0.1:${port}`, '--chdir', APPS, 'wsgi']
  return stage.server(['gunicorn', ...threads, ...where], port, { env: { DOWN: String(down) } })
}

/** Most requests are read by the thread that works for them; those that wait for a thread, by the reactor. */
const BY_REACTOR: Expectation = { right: 0.8, reasons: ['model-contradicted'] }
/** Calls are made by another thread than the request's, which waits: its answers do not show it. */
const BY_OTHERS: Expectation = { right: 0, reasons: ['no-request', 'already-answered'] }

function row(name: string, start: Row['start'], missing: () => string, expect = PROVEN): Row {
  return { name, start, habits: ['order'], expect, missing }
}

export const WEB_SERVERS: readonly Row[] = [
  row('apache, event workers', apache, needsProgram('apache2', 'Apache (apache2)')),
  row('lighttpd', lighttpd, needsProgram('lighttpd', 'lighttpd')),
  row('varnish', varnish, needsProgram('varnishd', 'Varnish (varnish)'), BY_OTHERS),
  row('puma', puma, needsProgram('puma', 'Puma (puma)'), BY_REACTOR),
  row('gunicorn, threads', gunicorn, needsProgram('gunicorn', 'gunicorn')),
]
