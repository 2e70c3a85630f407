// `npm run bench:truth`: parents held against logs of what happened. Installs what its systems
// need, as `npm test` does; builds the agent first.
import { join } from 'node:path'
import { createViteServer } from 'vitest/node'
import { installPackages } from './apt.mjs'
import { installNodes } from './nodes.mjs'
import { ensureBuilt, ensurePackages, ROOT } from './prepare.mjs'
import { missingNeeds, packagesOf } from './test-needs.mjs'

const PYTHON = '/usr/bin/python3'
/** Beside what the tests need. */
const SYSTEMS = [
  { what: 'HAProxy', probe: ['haproxy', '-v'], packages: ['haproxy'] },
  {
    what: 'uvloop, uvicorn and anyio',
    probe: [PYTHON, '-c', 'import uvloop, uvicorn, httptools, anyio'],
    packages: ['python3-uvloop', 'python3-uvicorn', 'python3-httptools', 'python3-anyio'],
  },
  {
    what: 'asyncpg',
    probe: [PYTHON, '-c', 'import asyncpg'],
    packages: ['python3-asyncpg'],
  },
  {
    what: 'pip, for a later uvloop',
    probe: [PYTHON, '-m', 'pip', '--version'],
    packages: ['python3-pip'],
  },
  { what: 'Apache', probe: ['apache2', '-v'], packages: ['apache2'] },
  { what: 'lighttpd', probe: ['lighttpd', '-v'], packages: ['lighttpd'] },
  { what: 'Varnish', probe: ['varnishd', '-V'], packages: ['varnish'] },
  { what: 'Puma', probe: ['puma', '--version'], packages: ['puma'] },
  { what: 'gunicorn', probe: ['gunicorn', '--version'], packages: ['gunicorn'] },
  { what: 'Netty', file: '/usr/share/java/netty-codec-http.jar', packages: ['libnetty-java'] },
  {
    what: 'JDBC of PostgreSQL',
    file: '/usr/share/java/postgresql.jar',
    packages: ['libpostgresql-jdbc-java'],
  },
  {
    what: 'JDBC of MariaDB',
    file: '/usr/share/java/mariadb-java-client.jar',
    packages: ['libmariadb-java'],
  },
]
/** Clients of npm that are put to the test: in a folder of their own, none of them is the agent's. */
const CLIENTS = join(ROOT, 'bench/truth/packages')

const needs = [...missingNeeds(), ...missingNeeds(SYSTEMS)]
if (needs.length > 0) {
  process.stdout.write(`installing ${needs.map(({ what }) => what).join(', ')}\n`)
  installPackages(packagesOf(needs))
}
try {
  ensurePackages(CLIENTS)
} catch (error) {
  process.stdout.write(`${error.message} Their rows are left out.\n`)
}
installNodes()
ensureBuilt(ROOT)
// The harness is TypeScript; the test runner's own loader reads it.
const loader = await createViteServer({
  root: ROOT,
  configFile: false,
  appType: 'custom',
  server: { middlewareMode: true, ws: false, watch: null },
})
try {
  const { main } = await loader.ssrLoadModule('/bench/truth/main.ts')
  process.exitCode = await main(process.argv.slice(2))
} finally {
  await loader.close()
}
