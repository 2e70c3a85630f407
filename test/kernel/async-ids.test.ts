import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataFlag, Direction } from '../../src/events/layout.ts'
import { Kernel } from '../../src/loader/kernel.ts'
import { FunctionHooks } from '../../src/probes/function-hooks.ts'
import { immediateHooks } from '../../src/probes/immediates.ts'
import { type FoundNode, NodeIdentities } from '../../src/processes/node-identity.ts'
import { ProcFiles } from '../../src/processes/proc-files.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { CollectedEvents } from '../loader/collected-events.ts'
import { kernelOptions } from '../support/kernel-options.ts'
import { mountTracefs } from '../support/tracefs.ts'

const SCRIPT = join(import.meta.dirname, 'programs/async-ids.mjs')

/** programs/async-ids.mjs, run by the Node of the tests. */
class Writer {
  readonly #child: ChildProcessWithoutNullStreams = spawn(process.execPath, [SCRIPT])
  readonly #lines: AsyncIterator<string>
  #length = 100

  private constructor() {
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  static async start(): Promise<Writer> {
    const writer = new Writer()
    await writer.#lines.next()
    return writer
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** Writes, in this way; the ids are what the program itself says of them. */
  async write(way: 'polled' | 'immediate' | 'timer') {
    this.#child.stdin.write(`${way} ${++this.#length}\n`)
    const [execution, trigger] = ((await this.#lines.next()).value ?? '').split(' ').map(Number)
    return { length: this.#length, execution, trigger }
  }

  stop(): void {
    this.#child.stdin.end()
  }
}

describe.each(['socket', 'syscall'] as const)('async ids, with hooks on a %s', (hooks) => {
  let unmount = () => {}
  let kernel: Kernel
  let events: CollectedEvents
  let writer: Writer
  let places: FoundNode

  beforeAll(async () => {
    unmount = hooks === 'syscall' ? mountTracefs() : () => {}
    kernel = new Kernel(kernelOptions({ hooks, payloadLimit: 64 }))
    events = new CollectedEvents(kernel)
    kernel.attach()
    writer = await Writer.start()
    const found = new NodeIdentities(new ProcFiles()).of(writer.pid)
    if (found === undefined || typeof found === 'string') throw new Error(`not found: ${found}`)
    places = found
  })

  afterAll(async () => {
    writer?.stop()
    await kernel?.close()
    unmount()
  })

  /** What an event says of a write, beside what the program says. */
  async function written(way: 'polled' | 'immediate' | 'timer') {
    events.clear()
    const said = await writer.write(way)
    events.collect()
    const event = events.data.find(
      ({ tgid, direction, length }) =>
        tgid === writer.pid && direction === Direction.egress && length === said.length,
    )!
    return {
      said,
      hasIds: (event.flags & DataFlag.asyncIds) !== 0,
      polling: (event.flags & DataFlag.polling) !== 0,
      ids: { execution: event.activity, trigger: event.parentActivity },
      count: event.grandparentActivity,
      before: event.goneActivity,
    }
  }

  it('are none until user space says where they are, and none again after', async () => {
    expect(await written('polled')).toMatchObject({ hasIds: false, ids: { execution: 0 } })
    kernel.activities.node(writer.pid, places)
    expect(await written('polled')).toMatchObject({ hasIds: true })
    kernel.activities.remove(writer.pid)
    expect(await written('polled')).toMatchObject({ hasIds: false, ids: { execution: 0 } })
  })

  it('are those that the program has, and tell what is polled from immediates and timers', async () => {
    kernel.activities.node(writer.pid, places)
    let count = 0
    for (const way of ['polled', 'immediate', 'timer', 'polled', 'timer'] as const) {
      const { said, ...seen } = await written(way)
      expect(seen).toMatchObject({ hasIds: true, polling: way === 'polled', before: 0 })
      expect(seen.ids).toEqual({ execution: said.execution, trigger: said.trigger })
      expect(seen.count).toBeGreaterThan(count)
      count = seen.count
    }
  })

  it('say how many were given out before immediates ran, where that is seen', async () => {
    kernel.activities.node(writer.pid, places)
    const immediates = new FunctionHooks({
      hooksOf: immediateHooks,
      attach: (wanted) => kernel.attachFunctions(wanted),
      detach: (wanted) => kernel.detachFunctions(wanted),
      counter: new Counters().immediates,
    })
    immediates.attach(writer.pid, places.immediates)
    expect(immediates.outcome(writer.pid)).toBe('seen')
    const { said, before, count } = await written('immediate')
    expect(before).toBeGreaterThanOrEqual(said.execution!)
    expect(before).toBeLessThanOrEqual(count)
    immediates.detach(writer.pid)
    // The kernel lets go of a hook when all processors have passed it.
    let last = before
    for (let i = 0; last > 0 && i < 500; i++) last = (await written('immediate')).before
    expect(last).toBe(0)
  })

  it('are none, and never others, by any wrong place', async () => {
    const { asyncIds } = places
    for (const wrong of [asyncIds + 8, asyncIds + 16, asyncIds - 8, asyncIds + 4, 0x1000, 0]) {
      kernel.activities.node(writer.pid, { ...places, asyncIds: wrong })
      for (const way of ['polled', 'immediate'] as const) {
        const { hasIds, ids, said } = await written(way)
        expect(hasIds ? ids.execution : 0).toSatisfy(
          (id: number) => id === 0 || id === said.execution,
        )
      }
    }
  })

  it('say nothing of what is polled by a wrong place of that', async () => {
    for (const polled of [0, 0x1000, places.polled + 8 * 64]) {
      kernel.activities.node(writer.pid, { ...places, polled })
      expect(await written('timer')).toMatchObject({ hasIds: true, polling: false })
    }
  })
})
