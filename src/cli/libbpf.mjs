// libbpf.so.1: found, or installed from the distribution.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const NAME = 'libbpf.so.1'
const FOLDERS = ['/usr/lib64', '/lib64', '/usr/lib', '/lib', '/usr/local/lib64', '/usr/local/lib']

/** Word of ID or ID_LIKE in /etc/os-release: how that family installs it. */
const INSTALL = {
  fedora: 'dnf install libbpf',
  rhel: 'dnf install libbpf',
  suse: 'zypper install libbpf1',
  opensuse: 'zypper install libbpf1',
  arch: 'pacman -S libbpf',
  alpine: 'apk add libbpf',
  gentoo: 'emerge dev-libs/libbpf',
}

/** Its path, or undefined. */
export function findLibbpf(env = process.env, folders = FOLDERS) {
  const given = env.LD_LIBRARY_PATH?.split(':').filter(Boolean) ?? []
  for (const folder of [...given, ...folders.flatMap(withMultiarch)]) {
    if (existsSync(join(folder, NAME))) return join(folder, NAME)
  }
  return folders === FOLDERS ? fromLinkerCache() : undefined
}

/** Debian keeps libraries one folder deeper: /usr/lib/x86_64-linux-gnu. */
function withMultiarch(folder) {
  if (!existsSync(folder)) return []
  const deeper = readdirSync(folder).filter((name) => name.includes('-linux-gnu'))
  return [folder, ...deeper.map((name) => join(folder, name))]
}

function fromLinkerCache() {
  for (const program of ['ldconfig', '/sbin/ldconfig']) {
    const { stdout } = spawnSync(program, ['-p'], { encoding: 'utf8' })
    const line = stdout?.split('\n').find((text) => text.trim().startsWith(`${NAME} `))
    if (line !== undefined) return line.split('=>')[1]?.trim()
  }
  return undefined
}

/** The command that installs it on this system; undefined: none is known. */
export function installCommand(osRelease = readOsRelease()) {
  const families = familiesOf(osRelease)
  if (families.some((name) => name === 'debian' || name === 'ubuntu'))
    return 'apt-get install libbpf1'
  const known = families.find((name) => Object.hasOwn(INSTALL, name))
  return known === undefined ? undefined : INSTALL[known]
}

/** `run` and `say` as in prepare.mjs. Only apt is run; elsewhere the command is said. */
export function installLibbpf(run, say, osRelease = readOsRelease()) {
  const command = installCommand(osRelease)
  if (!command?.startsWith('apt-get')) {
    throw Object.assign(
      new Error(`${NAME} is not on this machine; the agent loads its eBPF programs with it.`),
      {
        remedy: command
          ? `run \`${command}\`.`
          : 'install libbpf 1.0 or newer with your package manager.',
      },
    )
  }
  say(`${NAME} is not on this machine: installing the distribution's package libbpf1 with apt-get`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', 'libbpf1']
  if (run(install, '/', env) === 0) return
  say('apt-get does not find it yet: updating its lists first')
  run(['apt-get', 'update', '-q'], '/', env)
  if (run(install, '/', env) === 0) return
  throw Object.assign(new Error('libbpf1 could not be installed.'), {
    remedy: 'read what apt-get says above; libbpf1 comes with Debian 12, Ubuntu 22.10 and newer.',
  })
}

function familiesOf(osRelease) {
  const words = osRelease.matchAll(/^(?:ID|ID_LIKE)=["']?([^"'\n]*)/gm)
  return [...words].flatMap(([, value]) => value.split(' ')).map((name) => name.split('-')[0])
}

function readOsRelease() {
  return existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
}
