// Debian packages, installed without starting the services that they bring.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'

/** Asked by every package's scripts whether a service may be started; 101: it may not. */
const POLICY = '/usr/sbin/policy-rc.d'
const FORBID = '#!/bin/sh\nexit 101\n'

/** Throws with what apt-get said when it fails. */
export function installPackages(packages, policy = POLICY, run = apt) {
  const restore = forbidServices(policy)
  try {
    const install = ['install', '-y', '-q', '--no-install-recommends', ...packages]
    if (run(['update', '-q']).status !== 0)
      process.stdout.write('apt-get update failed; going on\n')
    const { status, output } = run(install)
    if (status !== 0) throw new Error(`apt-get ${install.join(' ')} failed:\n${output}`)
  } finally {
    restore()
  }
}

/** Returns what puts the machine back as it was. */
export function forbidServices(policy = POLICY) {
  const before = existsSync(policy)
    ? { text: readFileSync(policy), mode: statSync(policy).mode }
    : undefined
  writeFileSync(policy, FORBID)
  chmodSync(policy, 0o755)
  return () => {
    if (before === undefined) return rmSync(policy, { force: true })
    writeFileSync(policy, before.text)
    chmodSync(policy, before.mode)
  }
}

function apt(args) {
  const { status, stdout, stderr, error } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 << 20,
  })
  return {
    status: error ? 127 : status,
    output: `${stdout ?? ''}${stderr ?? error?.message ?? ''}`,
  }
}
