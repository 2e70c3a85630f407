// Builds the collector of the tests once, into a cache outside the checkout. Its modules are held
// against go.sum; the checksum database of the proxy lacks some of them and is asked for the others.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('.', import.meta.url))
const FILES = ['main.go', 'go.mod', 'go.sum']
/** What the collector's modules ask for. */
const NEEDED_GO = [1, 24]
/** Fetched as a module where the distribution's Go is older. */
const TOOLCHAIN = { x64: 'linux-amd64', arm64: 'linux-arm64' }
const TOOLCHAIN_VERSION = 'v0.0.1-go1.24.3'
/** A gigabyte that nobody needs after the build. */
const BUILD_CACHES = ['go-modules', 'go-build']

export function cacheFolder(env = process.env) {
  const base = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache')
  return env.UNDERSPAN_TEST_CACHE || join(base, 'underspan-test')
}

/** Where the binary lies once it is built: another source is another name. */
export function collectorPath() {
  const hash = createHash('sha256')
  for (const name of FILES) hash.update(readFileSync(join(SOURCE, name)))
  return join(cacheFolder(), `otelcol-${hash.digest('hex').slice(0, 16)}`)
}

export function isCollectorBuilt() {
  return existsSync(collectorPath())
}

/** Builds it unless it is there. Needs `go` of any version in PATH. */
export function buildCollector(say) {
  const target = collectorPath()
  if (existsSync(target)) return target
  mkdirSync(cacheFolder(), { recursive: true })
  const go = goCommand(say)
  say('building the OpenTelemetry collector of the tests (once, one to two minutes)')
  const partial = `${target}.${process.pid}`
  run([go, 'build', '-mod=readonly', '-trimpath', '-ldflags=-s -w', '-o', partial, '.'], SOURCE)
  renameSync(partial, target)
  for (const name of BUILD_CACHES)
    rmSync(join(cacheFolder(), name), { recursive: true, force: true })
  return target
}

function goCommand(say) {
  const { stdout } = spawnSync('go', ['version'], { encoding: 'utf8', env: goEnvironment() })
  const found = /go(\d+)\.(\d+)/.exec(stdout ?? '')
  if (!found) throw new Error('no Go in PATH: install golang-go')
  const [major, minor] = [Number(found[1]), Number(found[2])]
  if (major > NEEDED_GO[0] || (major === NEEDED_GO[0] && minor >= NEEDED_GO[1])) return 'go'
  say(`Go ${major}.${minor} is older than the collector asks: fetching ${TOOLCHAIN_VERSION}`)
  return fetchToolchain()
}

/** The Go command fetches its successors as modules, whose files have lost their x bits. */
function fetchToolchain() {
  const version = `golang.org/toolchain@${TOOLCHAIN_VERSION}.${TOOLCHAIN[process.arch]}`
  const { Dir: folder } = JSON.parse(run(['go', 'mod', 'download', '-json', version], '/'))
  const tools = join(folder, 'pkg/tool')
  const programs = [join(folder, 'bin'), ...readdirSync(tools).map((name) => join(tools, name))]
  for (const at of programs) for (const name of readdirSync(at)) chmodSync(join(at, name), 0o755)
  return join(folder, 'bin/go')
}

function goEnvironment() {
  return {
    ...process.env,
    GO111MODULE: 'on',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '',
    CGO_ENABLED: '0',
    GONOSUMDB: 'go.opentelemetry.io/*,github.com/open-telemetry/*',
    GOMODCACHE: join(cacheFolder(), BUILD_CACHES[0]),
    GOCACHE: join(cacheFolder(), BUILD_CACHES[1]),
  }
}

function run([program, ...args], cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: goEnvironment(),
    maxBuffer: 64 << 20,
  })
  if (error || status !== 0)
    throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.slice(-2000)}`)
  return stdout
}
