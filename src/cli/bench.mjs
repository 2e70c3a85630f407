// `npm run bench`: what the agent costs, against its budgets. Installs what it needs, as `npm test`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureFramed, measureLosses } from '../../bench/load/losses.mjs'
import { measureHalf, measureIdle, measureWorkload } from '../../bench/load/measure.mjs'
import { broken, machine, page, sectionsOf } from '../../bench/load/page.mjs'
import { finish, stopAll } from '../../bench/load/processes.mjs'
import { measureStages } from '../../bench/load/profile.mjs'
import { another, underspan } from '../../bench/load/tracers.mjs'
import { WORKLOADS } from '../../bench/load/workloads.mjs'
import { buildCollector } from '../../test/support/collector/build.mjs'
import { installPackages } from './apt.mjs'
import { ensureBuilt, ensurePackages, ROOT } from './prepare.mjs'
import { missingNeeds, packagesOf } from './test-needs.mjs'

const HELP = `npm run bench -- [options]
  --only PARTS      of load,half,losses,profile,kernel,stages (default: all)
  --load SERVERS    nginx,postgresql and the like (default: all)
  --rounds N        of each load with the agent, and as many without (default 5)
  --seconds N       of a round (default 6)
  --hooks FAMILY    auto, socket or syscall (default auto)
  --against CMD     another agent in this one's place, under load: PORTS in it becomes the servers' ports
  --write           docs/costs.md gets the result
  --help
`

const STAGES = ['drain', 'parse', 'correlate', 'spans', 'pipeline', 'export']

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'load,half,losses,profile,kernel,stages' },
    load: { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    hooks: { type: 'string', default: 'auto' },
    against: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const { hooks, against } = values
const wanted = new Set(against === '' ? values.only.split(',') : ['load', 'half'])
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const workloads = WORKLOADS.filter(
  ({ server }) => values.load === '' || values.load.split(',').includes(server),
)

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

/** Rows of each saturated load and of the rates, and of each at half of what it was found to reach. */
async function load() {
  const tracer = against === '' ? underspan(hooks) : another(against)
  const options = { rounds, seconds, tracer }
  const found = { rows: [], half: [] }
  for (const workload of workloads) {
    say(`${workload.name}: ${rounds} rounds of ${seconds} s, with and without`)
    const row = await measureWorkload(workload, options)
    found.rows.push(row)
    if (workload.rate > 0 || workload.spans === 0 || !wanted.has('half')) continue
    found.half.push(await measureHalf(workload, row.plainPerSecond, options))
  }
  return against === '' ? { ...found, idleMb: await measureIdle(hooks) } : found
}

async function losses() {
  const each = { seconds: Math.min(seconds, 4), hooks }
  say('losses against rate')
  return {
    seconds: each.seconds,
    unlimited: await measureLosses({ ...each, limit: 'none' }),
    limited: await measureLosses({ ...each, limit: 0.5 }),
    framed: await measureFramed(each),
  }
}

/** At saturation, where every microsecond counts. */
async function profiles() {
  const found = []
  for (const workload of workloads.filter(({ rate, spans }) => rate === 0 && spans > 0)) {
    say(`${workload.name}: profile`)
    found.push({ name: workload.name, stages: await measureStages(workload, { seconds, hooks }) })
  }
  return found
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
    rows: [],
    half: [],
    ...(wanted.has('load') && (await load())),
    ...(wanted.has('losses') && { losses: await losses() }),
    ...(wanted.has('profile') && { profiles: await profiles() }),
    kernel: wanted.has('kernel') ? await script('kernel-cost', '9') : '',
    stages: wanted.has('stages') ? await stages() : '',
    ...{ rounds, seconds, hooks, against },
  }
  for (const section of sectionsOf(found)) say(section)
  if (against !== '') return
  for (const line of broken(found)) say(`not kept: ${line}`)
  if (!values.write) return
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(join(ROOT, 'docs/costs.md'), page({ ...found, date }))
}

try {
  if (values.help) process.stdout.write(HELP)
  else await bench()
} finally {
  await stopAll()
}
