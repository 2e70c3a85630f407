import { parseArgs } from 'node:util'
import { Stage } from '../../test/support/system/apps.ts'
import { type Account, type Fault, faultsOf, lineOf, type Size } from './fault.ts'
import { FAULTS } from './faults.ts'

const HELP = `node bench/faults.mjs [options]
  --fault NAME  this one (repeat for several); default: all
  --short       as long as a test takes, not as long as it takes in production
  --list        names, and what happens
`

/** Other programs of the host may lose events at the same moment. */
const TRIES = 3

/** Returns the exit code: 0 if every account comes out. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fault: { type: 'string', multiple: true, default: [] },
      short: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return say(HELP)
  if (values.list) return say(FAULTS.map(({ name, what }) => `${name}: ${what}\n`).join(''))
  const wanted = values.fault.length === 0 ? FAULTS : values.fault.map(faultNamed)
  let wrong = 0
  for (const fault of wanted) {
    const account = await play(fault, values.short ? 'short' : 'long')
    say(`${lineOf(fault.name, account)}\n`)
    if (faultsOf(account).length > 0) wrong++
  }
  return wrong === 0 ? 0 : 1
}

function faultNamed(name: string): Fault {
  const found = FAULTS.find((fault) => fault.name === name)
  if (found === undefined)
    throw new Error(`no fault "${name}": ${FAULTS.map((fault) => fault.name).join(', ')}`)
  return found
}

/** On a stage of its own; nothing of it is left. */
export async function play(fault: Fault, size: Size): Promise<Account> {
  for (let tries = 1; ; tries++) {
    const stage = new Stage()
    try {
      const account = await fault.run(stage, size)
      if (faultsOf(account).length === 0 || !fault.countsTheHost || tries === TRIES) return account
    } finally {
      await stage.stop()
    }
  }
}

function say(text: string): number {
  process.stdout.write(text)
  return 0
}
