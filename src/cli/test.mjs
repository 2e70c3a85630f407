// `npm test`: says what is missing, installs it, builds, and runs every test: those without root,
// those with the kernel, those with real programs. `--install` stops before the tests;
// names of projects (unit, kernel, guest, system) or of test files run these alone.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildCollector, isCollectorBuilt } from '../../test/support/collector/build.mjs'
import { fetchKernel, guestSuite } from '../../test/support/guest/kernel.mjs'
import { installPackages } from './apt.mjs'
import { findLibbpf } from './libbpf.mjs'
import { ensureBuilt, ensurePackages, PrepareError, ROOT } from './prepare.mjs'
import { missingNeeds, packagesOf } from './test-needs.mjs'
import { runProjects } from './test-projects.mjs'

/**
 * Those of one stage run at the same time. Where events are counted to the unit no other agent runs: a program is
 * missed where its CPU is inside another's.
 */
const STAGES = [['unit', 'guest'], ['kernel'], ['system']]
const PROJECTS = STAGES.flat()

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

async function runTests(args) {
  const wanted = PROJECTS.filter((name) => args.includes(name))
  const filters = args.filter((name) => !PROJECTS.includes(name))
  const base = join(tmpdir(), 'underspan-test')
  mkdirSync(base, { recursive: true })
  const folder = mkdtempSync(join(base, 'report-'))
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const stage of STAGES) {
    const projects = stage.filter((name) => wanted.length === 0 || wanted.includes(name))
    for (const counts of await runProjects(projects, filters, folder, say))
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
  if (!args.includes('--install')) process.exitCode = await runTests(args)
} catch (error) {
  if (!(error instanceof PrepareError)) throw error
  say(`underspan: ${error.message}\nWhat to do: ${error.remedy}`)
  process.exitCode = 2
}
