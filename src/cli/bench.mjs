// `npm run bench`: what the agent costs, against its budgets. Installs what it needs, as `npm test`.
// --only load,kernel,stages   some of the three
// --rounds 5 --seconds 6      of the load, each with and without the agent
// --hooks auto                family of hooks under load
// --write                     docs/costs.md
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureIdle, measureWorkload } from '../../bench/load/measure.mjs'
import { broken, loadTable, machine, page } from '../../bench/load/page.mjs'
import { finish, stopAll } from '../../bench/load/processes.mjs'
import { WORKLOADS } from '../../bench/load/workloads.mjs'
import { buildCollector } from '../../test/support/collector/build.mjs'
import { installPackages } from './apt.mjs'
import { ensureBuilt, ensurePackages, ROOT } from './prepare.mjs'
import { missingNeeds, packagesOf } from './test-needs.mjs'

const STAGES = ['drain', 'parse', 'correlate', 'spans', 'export']

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'load,kernel,stages' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    hooks: { type: 'string', default: 'auto' },
    write: { type: 'boolean', default: false },
  },
})
const wanted = values.only.split(',')
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)

function say(text) {
  process.stdout.write(`${text}\n`)
}

function prepare() {
  const needs = missingNeeds()
  if (needs.length > 0) {
    say(`installing with apt-get, no service is started: ${packagesOf(needs).join(' ')}`)
    installPackages(packagesOf(needs))
  }
  ensurePackages(ROOT)
  ensureBuilt(ROOT)
  buildCollector(say)
}

async function load() {
  const rows = []
  for (const workload of WORKLOADS) {
    say(`${workload.name}: ${rounds} rounds of ${seconds} s, with and without`)
    rows.push(await measureWorkload(workload, { rounds, seconds, hooks: values.hooks }))
  }
  return { rows, idleMb: await measureIdle(values.hooks) }
}

/** What a script of bench/ prints. */
function script(name, ...args) {
  return finish([process.execPath, '--expose-gc', join(ROOT, 'bench', `${name}.mjs`), ...args])
}

async function stages() {
  let text = ''
  for (const name of STAGES) text += `${name}\n${indent(await script(name))}`
  return text
}

function indent(text) {
  return text.replace(/^(?=.)/gm, '  ')
}

async function bench() {
  prepare()
  say(machine())
  const found = {
    ...(wanted.includes('load') ? await load() : { rows: [], idleMb: 0 }),
    kernel: wanted.includes('kernel') ? await script('kernel-cost', '9') : '',
    stages: wanted.includes('stages') ? await stages() : '',
  }
  if (found.rows.length > 0) say(`${loadTable(found.rows)}\nidle: ${Math.round(found.idleMb)} MB`)
  for (const text of [found.kernel, found.stages]) if (text !== '') say(text)
  for (const line of broken(found.rows, found.idleMb)) say(`not kept: ${line}`)
  if (!values.write) return
  const date = new Date().toISOString().slice(0, 10)
  const text = page({ ...found, rounds, seconds, hooks: values.hooks, date })
  writeFileSync(join(ROOT, 'docs/costs.md'), text)
}

try {
  await bench()
} finally {
  await stopAll()
}
