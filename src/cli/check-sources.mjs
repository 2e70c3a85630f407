// `npm run check`: everything about the sources that can be known without running them.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './prepare.mjs'
import { functionsOf, median, medianProblems, sizeProblems, wordProblems } from './source-rules.mjs'

/** The bytes of the object depend on these: another version proves nothing. */
const BPF_TOOLS = [
  ['clang-14', /version 14\./],
  ['llvm-strip-14', /version 14\./],
  ['bpftool', /v7\.1\./],
  ['make', /GNU Make/],
]
const GENERATED = ['src/events/layout.ts', 'src/loader/layout.ts']
/** They name what they forbid. */
const ABOUT_WORDS = ['src/cli/source-rules.mjs', 'test/cli/source-rules.test.ts']
const FOLDERS = ['src', 'bpf', 'test', 'bench', 'docs', 'otel-config', '.ci']
const TEXT =
  /\.(ts|mjs|js|json|md|c|h|ya?ml|py|java|go|sh|conf|txt)$|(^|\/)(Makefile|Dockerfile|LICENSE|run)$/

/** Lines of one step that are shown. */
const SHOWN = 60

/** Names of the steps that found something. */
const failed = []

function step(name, problems, note = '') {
  const verdict = problems.length === 0 ? 'ok' : 'wrong'
  console.log(`${name.padEnd(8)} ${verdict}${note && ` (${note})`}`)
  for (const problem of problems.slice(0, SHOWN)) console.log(`  ${problem}`)
  if (problems.length > SHOWN) console.log(`  and ${problems.length - SHOWN} lines more`)
  if (problems.length > 0) failed.push(name)
}

/** Lines of its output when it fails, nothing otherwise. */
function failuresOf(program, ...args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
  })
  if (error) return [`${program} could not be started: ${error.message}`]
  return status === 0 ? [] : `${stdout}${stderr}`.trim().split('\n')
}

/** One line for each thing that Biome would not have. */
function checkBiome() {
  const args = ['check', '--diagnostic-level=error', '--reporter=json', '--max-diagnostics=none']
  const options = { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 }
  const { status, stdout, error } = spawnSync('node_modules/.bin/biome', args, options)
  if (status === 0) return step('biome', [])
  if (!stdout?.startsWith('{'))
    return step('biome', [`it could not be run: ${error?.message ?? stdout}`])
  const lines = JSON.parse(stdout).diagnostics.map(({ category, message, location }) => {
    const what =
      category === 'format' ? 'not formatted: npx biome check --write' : `${category}: ${message}`
    return `${location.path}:${location.start.line}: ${what}`
  })
  step('biome', lines)
}

function checkBpf() {
  const unfit = BPF_TOOLS.filter(([tool, wanted]) => {
    const { stdout, stderr } = spawnSync(tool, ['--version'], { encoding: 'utf8' })
    return !wanted.test(`${stdout ?? ''}${stderr ?? ''}`)
  }).map(([tool]) => tool)
  if (unfit.length === 0) return step('bpf', failuresOf('make', '-s', '-C', 'bpf', 'check'))
  const reason = `not compared: ${unfit.join(', ')} is not here, or of another version`
  step('bpf', process.env.CI ? [reason] : [], process.env.CI ? '' : reason)
}

function checkSizes(files) {
  const sources = files.filter(
    ({ path }) => /^(src|bpf)\/.*\.(ts|mjs|c|h)$/.test(path) && !GENERATED.includes(path),
  )
  const scripts = sources.filter(({ path }) => path.startsWith('src/'))
  const lengths = sources
    .flatMap(({ path, text }) => functionsOf(path, text))
    .map(({ lines }) => lines)
  const tests = files.filter(({ path }) => /^(test|bench)\/.*\.(ts|mjs)$/.test(path))
  const long = tests
    .flatMap(({ path, text }) => sizeProblems(path, text))
    .filter((p) => !p.includes('function'))
  step(
    'sizes',
    [
      ...sources.flatMap(({ path, text }) => sizeProblems(path, text)),
      ...medianProblems(scripts.map(({ text }) => text)),
      ...long,
    ],
    `${sources.length} files, median ${median(scripts.map(({ text }) => text.split('\n').length - 1))} lines; ` +
      `${lengths.length} functions, median ${median(lengths)} lines`,
  )
}

function checkWords(files) {
  const judged = files.filter(({ path }) => !ABOUT_WORDS.includes(path))
  step(
    'words',
    judged.flatMap(({ path, text }) => wordProblems(path, text)),
  )
}

function textFiles() {
  const top = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isFile())
  const deeper = FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(ROOT.length)),
  )
  const paths = [...top.map(({ name }) => name), ...deeper].filter((path) => TEXT.test(path))
  const ours = paths.filter((path) => !/(^|\/)(node_modules|build)\//.test(path))
  return ours.sort().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

const files = textFiles()
const compiler = 'node_modules/typescript/bin/tsc'
step('types', failuresOf(process.execPath, compiler, '--noEmit', '-p', '.'))
checkBiome()
checkBpf()
checkSizes(files)
checkWords(files)
if (failed.length > 0) console.log(`wrong: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
