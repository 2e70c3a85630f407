// node bench/faults.mjs [--list] [--fault NAME]... [--short]: what is lost when things go wrong, by
// the load's own account and by the agent's counters. Needs what `npm test` needs, and root.
import { createViteServer } from 'vitest/node'
import { ensureBuilt, ROOT } from '../src/cli/prepare.mjs'

ensureBuilt(ROOT)
// The harness is TypeScript; the test runner's own loader reads it.
const loader = await createViteServer({
  root: ROOT,
  configFile: false,
  appType: 'custom',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, ws: false, watch: null },
})
try {
  const { main } = await loader.ssrLoadModule('/bench/faults/main.ts')
  process.exitCode = await main(process.argv.slice(2))
} finally {
  await loader.close()
}
