// `npm test`: says what is missing, installs it, builds, and runs every test: those without root,
// those with the kernel, those with real programs. `--install` stops before the tests;
// names of projects (unit, kernel, system) or of test files run these alone.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildCollector, isCollectorBuilt } from '../../test/support/collector/build.mjs'
import { fetchKernel, guestSuite } from '../../test/support/guest/kernel.mjs'
import { installPackages } from './apt.mjs'
import { findLibbpf } from './libbpf.mjs'
import { ensureBuilt, ensurePackages, PrepareError, ROOT } from './prepare.mjs'
import { environment, missingNeeds, packagesOf } from './test-needs.mjs'
import { afterAnotherRun, countTests, failedFiles, failuresOf } from './test-report.mjs'

const PROJECTS = ['unit', 'kernel', 'system']
/** Files of a project with real programs that are run again, alone: see docs/decisions. */
const MOST_AGAIN = 2

function say(text) {
  process.stdout.write(`${text}\n`)
}

function requireRoot() {
  if (process.getuid?.() === 0) return
  throw new PrepareError(
    'the tests load eBPF programs and start servers in network namespaces: root is needed.',
    'run `sudo npm test`, or `npm run test:unit` for the tests that need no root.',
  )
}

/** Everything on this machine that the tests use; says it before it touches anything. */
function prepareMachine() {
  const needs = missingNeeds()
  const packages = packagesOf(needs)
  if (findLibbpf() === undefined) packages.push('libbpf1')
  if (packages.length > 0) {
    say(`missing: ${needs.map(({ what }) => what).join(', ') || 'libbpf'}`)
    say(`installing with apt-get, no service is started: ${packages.join(' ')}`)
    installPackages(packages)
    const still = missingNeeds(needs)
    if (still.length > 0)
      throw new PrepareError(
        `still missing after the installation: ${still.map(({ what }) => what).join(', ')}.`,
        'the package names are those of Debian 12; on another system install these by hand.',
      )
  }
  ensurePackages(ROOT)
  ensureBuilt(ROOT)
  if (!isCollectorBuilt()) buildCollector(say)
  fetchKernel(guestSuite(), say)
}

/** Runs one project of vitest.config.ts and counts. */
function runProject(project, filters, folder) {
  const lies = join(folder, 'lies')
  const first = runVitest(project, filters, join(folder, `${project}.json`), lies)
  const files = first.report === undefined ? [] : failedFiles(first.report)
  const isWorthIt = project !== 'unit' && files.length > 0 && files.length <= MOST_AGAIN
  if (!isWorthIt || existsSync(lies)) return countTests(first.report, first.status, mustRun())
  for (const line of failuresOf(first.report)) say(`RUN AGAIN ${project}: ${line}`)
  const again = runVitest(project, files, join(folder, `${project}-again.json`), lies)
  if (again.report === undefined) return countTests(first.report, first.status, mustRun())
  return countTests(afterAnotherRun(first.report, again.report), again.status, mustRun())
}

/** In CI a test that could not run is a failed one. */
function mustRun() {
  return process.env.CI === 'true'
}

function runVitest(project, filters, path, lies) {
  const { status } = spawnSync(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...filters],
      ...['--passWithNoTests', '--no-color', '--reporter=default', '--reporter=json'],
      `--outputFile.json=${path}`,
    ],
    {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...environment(), UNDERSPAN_TEST_LIES: lies },
    },
  )
  return { report: readReport(path), status }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined // vitest died before it wrote any: counted as a failure
  }
}

function runTests(args) {
  const projects = PROJECTS.filter((name) => args.includes(name))
  const filters = args.filter((name) => !PROJECTS.includes(name))
  const base = join(tmpdir(), 'underspan-test')
  mkdirSync(base, { recursive: true })
  const folder = mkdtempSync(join(base, 'report-'))
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const project of projects.length > 0 ? projects : PROJECTS) {
    const counts = runProject(project, filters, folder)
    for (const line of counts.failures) say(`FAILED ${project}: ${line}`)
    for (const key of Object.keys(sum)) sum[key] += counts[key]
  }
  rmSync(folder, { recursive: true, force: true })
  const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''
  say(`${sum.passed} passed, ${sum.failed} failed${skipped}`)
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1
}

try {
  const args = process.argv.slice(2)
  requireRoot()
  prepareMachine()
  if (!args.includes('--install')) process.exitCode = runTests(args)
} catch (error) {
  if (!(error instanceof PrepareError)) throw error
  say(`underspan: ${error.message}\nWhat to do: ${error.remedy}`)
  process.exitCode = 2
}
