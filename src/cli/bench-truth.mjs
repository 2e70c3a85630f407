// `npm run bench:truth`: parents held against logs of what happened. Installs what its systems
// need, as `npm test` does; builds the agent first.
import { join } from 'node:path'
import { runnerImport } from 'vite'
import { installPackages } from './apt.mjs'
import { ensureBuilt, ROOT } from './prepare.mjs'
import { missingNeeds, packagesOf } from './test-needs.mjs'

const PYTHON = '/usr/bin/python3'
/** Beside what the tests need. */
const SYSTEMS = [
  { what: 'HAProxy', probe: ['haproxy', '-v'], packages: ['haproxy'] },
  {
    what: 'uvloop and uvicorn',
    probe: [PYTHON, '-c', 'import uvloop, uvicorn, httptools'],
    packages: ['python3-uvloop', 'python3-uvicorn', 'python3-httptools'],
  },
  { what: 'Netty', file: '/usr/share/java/netty-codec-http.jar', packages: ['libnetty-java'] },
]

const needs = [...missingNeeds(), ...missingNeeds(SYSTEMS)]
if (needs.length > 0) {
  process.stdout.write(`installing ${needs.map(({ what }) => what).join(', ')}\n`)
  installPackages(packagesOf(needs))
}
ensureBuilt(ROOT)
// The harness is TypeScript; the test runner's own loader reads it.
const { module } = await runnerImport(join(ROOT, 'bench/truth/main.ts'), {
  root: ROOT,
  configFile: false,
})
process.exitCode = await module.main(process.argv.slice(2))
