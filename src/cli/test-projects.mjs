// Runs projects of vitest.config.ts and counts their tests.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './prepare.mjs'
import { environment } from './test-needs.mjs'
import { afterAnotherRun, countTests, failedFiles, failuresOf } from './test-report.mjs'

/** Files of a project with real programs that are run again, alone: see docs/decisions. */
const MOST_AGAIN = 2

/** At the same time; what is run again is run when all the others have ended. */
export async function runProjects(projects, filters, folder, say) {
  const firsts = await Promise.all(
    projects.map((project) => runVitest(project, filters, folder, project)),
  )
  const counted = []
  for (const first of firsts) {
    const counts = await countsOf(first, folder, say)
    for (const line of counts.failures) say(`FAILED ${first.project}: ${line}`)
    counted.push(counts)
  }
  return counted
}

async function countsOf(first, folder, say) {
  const { project, report, status, lies } = first
  const files = report === undefined ? [] : failedFiles(report)
  const isWorthIt = project !== 'unit' && files.length > 0 && files.length <= MOST_AGAIN
  if (!isWorthIt || existsSync(lies)) return countTests(report, status, mustRun())
  for (const line of failuresOf(report)) say(`RUN AGAIN ${project}: ${line}`)
  const again = await runVitest(project, files, folder, `${project}-again`)
  if (again.report === undefined) return countTests(report, status, mustRun())
  return countTests(afterAnotherRun(report, again.report), again.status, mustRun())
}

/** In CI a test that could not run is a failed one. */
function mustRun() {
  return process.env.CI === 'true'
}

async function runVitest(project, filters, folder, name) {
  const path = join(folder, `${name}.json`)
  const lies = join(folder, `${project}-lies`)
  const vitest = spawn(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...filters],
      ...['--passWithNoTests', '--no-color', '--reporter=default', '--reporter=json'],
      `--outputFile.json=${path}`,
    ],
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment(), TEST_LIES: lies },
    },
  )
  for (const stream of [vitest.stdout, vitest.stderr]) showLines(stream)
  const [status] = await once(vitest, 'close')
  return { project, report: readReport(path), status, lies }
}

/** Whole ones, as others speak at the same time. */
function showLines(stream) {
  let partial = ''
  stream.setEncoding('utf8').on('data', (text) => {
    const at = text.lastIndexOf('\n') + 1
    if (at > 0) process.stdout.write(partial + text.slice(0, at))
    partial = at > 0 ? text.slice(at) : partial + text
  })
  stream.on('end', () => process.stdout.write(partial))
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined // vitest died before it wrote any: counted as a failure
  }
}
