// A kernel for the guest, from Debian's package: fetched once, into a cache outside the checkout.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { cacheFolder } from '../collector/build.mjs'

/** The newest kernel of a suite is what this package depends on. */
const METAPACKAGE = 'linux-image-cloud-amd64'
/** Debian 12: Linux 6.1, which has no tracepoints on sockets. */
const DEFAULT_SUITE = 'bookworm'
/** Other kernels that the guest was tried with, and where they come from. */
const SOURCES = {
  bullseye: ['debian bullseye main', 'debian-security bullseye-security main'], // 5.10
  bookworm: ['debian bookworm main', 'debian-security bookworm-security main'], // 6.1
  'bookworm-backports': ['debian bookworm-backports main'], // 6.12
  trixie: ['debian trixie main', 'debian-security trixie-security main'], // 6.12
}
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg'
/** TLS in the kernel, and the cipher that it asks for, in the order in which they load. */
const MODULES = ['gf128mul', 'ghash-generic', 'ctr', 'gcm', 'tls']

/** Which kernel is tested: GUEST_KERNEL names the suite that it is taken from. */
export function guestSuite(env = process.env) {
  const suite = env.GUEST_KERNEL || DEFAULT_SUITE
  if (SOURCES[suite] === undefined)
    throw new Error(`GUEST_KERNEL is "${suite}"; known are ${Object.keys(SOURCES).join(', ')}`)
  return suite
}

function folderOf(suite) {
  return join(cacheFolder(), `kernel-${suite}`)
}

/** Fetches it unless it is there; returns the files that the guest needs of it. */
export function fetchKernel(suite, say) {
  const target = folderOf(suite)
  if (!existsSync(target)) {
    say(`fetching the kernel of the guest from Debian's ${suite} (once)`)
    mkdirSync(cacheFolder(), { recursive: true })
    const work = mkdtempSync(join(tmpdir(), 'underspan-kernel-'))
    try {
      unpack(download(work, suite), work, target)
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  }
  return kernelIn(target)
}

function kernelIn(folder) {
  const names = readdirSync(folder)
  const image = names.find((name) => name.startsWith('vmlinuz-'))
  if (image === undefined) throw new Error(`no kernel in ${folder}: remove it`)
  const modules = MODULES.map((name) => names.find((file) => file.startsWith(`${name}.ko`)))
    .filter((name) => name !== undefined)
    .map((name) => join(folder, name))
  return { image: join(folder, image), modules, release: image.replace('vmlinuz-', '') }
}

/** With lists of its own: what the machine installs from stays as it is. */
function download(work, suite) {
  const lists = ['lists/partial', 'cache/archives/partial'].map((name) => join(work, name))
  for (const folder of lists) mkdirSync(folder, { recursive: true })
  const signed = existsSync(KEYS) ? ` [signed-by=${KEYS}]` : ''
  const sources = SOURCES[suite].map((where) => {
    const [archive, ...rest] = where.split(' ')
    return `deb${signed} ${mirror(archive)} ${rest.join(' ')}\n`
  })
  writeFileSync(join(work, 'sources.list'), sources.join(''))
  const options = [
    `Dir::Etc::sourcelist=${work}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${work}/lists`,
    'Dir::State::status=/dev/null',
    `Dir::Cache=${work}/cache`,
    'APT::Architecture=amd64',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option])
  run(['apt-get', ...options, 'update', '-q'], work)
  const depends = run(['apt-cache', ...options, 'depends', METAPACKAGE], work)
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1]
  if (name === undefined) throw new Error(`${METAPACKAGE} of ${suite} depends on no kernel`)
  run(['apt-get', ...options, 'download', '-q', name], work)
  return join(
    work,
    readdirSync(work).find((file) => file.endsWith('.deb')),
  )
}

/** The mirror that this machine installs Debian from, if it says so in the usual place. */
function mirror(archive) {
  for (const path of ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list']) {
    if (!existsSync(path)) continue
    const found = new RegExp(`https?://\\S+/${archive}(?=/?\\s)`).exec(readFileSync(path, 'utf8'))
    if (found) return found[0]
  }
  return `http://deb.debian.org/${archive}`
}

/** The kernel itself and the modules, out of a hundred megabytes. */
function unpack(deb, work, target) {
  const [whole, partial] = [join(work, 'whole'), `${target}.${process.pid}`]
  run(['dpkg-deb', '-x', deb, whole], work)
  mkdirSync(partial)
  for (const path of readdirSync(whole, { recursive: true })) {
    const name = basename(path)
    const [module] = name.split('.ko')
    if (name.startsWith('vmlinuz-') || (module !== name && MODULES.includes(module)))
      copyFileSync(join(whole, path), join(partial, name))
  }
  renameSync(partial, target)
}

function run([program, ...args], cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 64 << 20,
  })
  if (error || status !== 0)
    throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.slice(-2000)}`)
  return stdout
}
