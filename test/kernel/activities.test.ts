import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Kernel } from '../../src/loader/kernel.ts'
import { birthHooks } from '../../src/probes/context-births.ts'
import { FunctionHooks } from '../../src/probes/function-hooks.ts'
import { bornAt, UNREADABLE } from '../../src/sockets/moment.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { CollectedEvents } from '../loader/collected-events.ts'
import { compiledC } from '../support/compiled.ts'
import { kernelOptions } from '../support/kernel-options.ts'
import { mountTracefs } from '../support/tracefs.ts'

interface Places {
  readonly slot: number
  readonly context: number
  readonly contextType: number
  /** Of the first context object, and from one to the next. */
  readonly first: number
  readonly step: number
  /** Of functions, in the file. */
  readonly copyCurrent: number
  readonly dealloc: number
}

/** programs/activity.c */
class Runtime {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  places!: Places

  private constructor(executable: string) {
    this.#child = spawn(executable)
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  static async start(executable: string): Promise<Runtime> {
    const runtime = new Runtime(executable)
    const numbers = (await runtime.#line()).split(' ').map(Number)
    const [slot = 0, context = 0, contextType = 0, first = 0, step = 0] = numbers
    const [copyCurrent = 0, dealloc = 0] = numbers.slice(5)
    runtime.places = { slot, context, contextType, first, step, copyCurrent, dealloc }
    return runtime
  }

  get pid(): number {
    return this.#child.pid!
  }

  async says(line: string): Promise<void> {
    this.#child.stdin.write(`${line}\n`)
    if ((await this.#line()) !== 'done') throw new Error('the program failed')
  }

  stop(): void {
    this.#child.stdin.end()
  }

  async #line(): Promise<string> {
    return (await this.#lines.next()).value ?? ''
  }
}

const agentStart = Number(process.hrtime.bigint())
/** ns since the agent's start, as the kernel has it. */
const kernelNow = () => Number(process.hrtime.bigint()) - agentStart

describe.each(['socket', 'syscall'] as const)('activities, with hooks on a %s', (hooks) => {
  const runtimes: Runtime[] = []
  let unmount = () => {}
  let kernel: Kernel
  let events: CollectedEvents
  let executable: string

  beforeAll(() => {
    unmount = hooks === 'syscall' ? mountTracefs() : () => {}
    executable = compiledC(join(import.meta.dirname, 'programs/activity.c'))
    kernel = new Kernel(kernelOptions({ hooks, agentStart, payloadLimit: 64 }))
    events = new CollectedEvents(kernel)
    kernel.attach()
  })

  afterAll(async () => {
    for (const runtime of runtimes) runtime.stop()
    await kernel?.close()
    unmount()
  })

  async function start(): Promise<Runtime> {
    const runtime = await Runtime.start(executable)
    runtimes.push(runtime)
    return runtime
  }

  /** Of the write and the read of one byte that follow what is said; both are the same. */
  async function activityOf(runtime: Runtime, line: string): Promise<number> {
    events.clear()
    await runtime.says(line)
    events.collect()
    const seen = events.data.filter(({ tgid, length }) => tgid === runtime.pid && length === 1)
    expect(seen).toHaveLength(2)
    expect(seen[0]!.activity).toBe(seen[1]!.activity)
    return seen[0]!.activity
  }

  it('are none until user space says where they are, and none again after', async () => {
    const runtime = await start()
    expect(await activityOf(runtime, 'context 0')).toBe(0)
    kernel.activities.python(runtime.pid, runtime.places)
    expect(await activityOf(runtime, 'context 0')).toBe(runtime.places.first)
    kernel.activities.remove(runtime.pid)
    expect(await activityOf(runtime, 'context 0')).toBe(0)
  })

  it('are the address of the context object that is current', async () => {
    const runtime = await start()
    const { first, step } = runtime.places
    kernel.activities.python(runtime.pid, runtime.places)
    for (const n of [2, 0, 3, 3, 1])
      expect(await activityOf(runtime, `context ${n}`)).toBe(first + n * step)
    expect(await activityOf(runtime, 'none')).toBe(0)
  })

  it('are unreadable where the object is of another type, or not there', async () => {
    const runtime = await start()
    kernel.activities.python(runtime.pid, runtime.places)
    expect(await activityOf(runtime, 'other')).toBe(UNREADABLE)
    expect(await activityOf(runtime, 'wild')).toBe(UNREADABLE)
  })

  it('are none on a thread without a state of the runtime', async () => {
    const runtime = await start()
    kernel.activities.python(runtime.pid, runtime.places)
    await activityOf(runtime, 'context 0')
    expect(await activityOf(runtime, 'thread')).toBe(0)
  })

  it('are none or unreadable, and never another object, by any wrong place', async () => {
    const runtime = await start()
    const { places } = runtime
    await activityOf(runtime, 'context 1')
    for (const wrong of [
      { ...places, slot: places.slot + 8 },
      { ...places, slot: 0 },
      { ...places, slot: 2 ** 31 },
      { ...places, context: places.context - 8 },
      { ...places, context: 2 ** 32 - 8 },
      { ...places, contextType: places.contextType + 1 },
      { ...places, contextType: 0 },
    ]) {
      kernel.activities.python(runtime.pid, wrong)
      expect(await activityOf(runtime, 'same')).toBeLessThanOrEqual(UNREADABLE)
    }
  })

  describe('whose births are seen', () => {
    async function startSeen() {
      const runtime = await start()
      kernel.activities.python(runtime.pid, runtime.places)
      const counter = new Counters().births
      const births = new FunctionHooks({
        hooksOf: birthHooks,
        attach: (hooks) => kernel.attachFunctions(hooks),
        detach: (hooks) => kernel.detachFunctions(hooks),
        count: (processes) => {
          kernel.activities.births = processes
        },
        counter,
      })
      births.attach(runtime.pid, { path: executable, ...runtime.places })
      expect(births.outcome(runtime.pid)).toBe('seen')
      return { runtime, births }
    }

    /** Of the byte that follows what is said. */
    async function lineageOf(runtime: Runtime, line: string) {
      await activityOf(runtime, line)
      const { activity, parentActivity, grandparentActivity } = events.data.find(
        ({ tgid, length }) => tgid === runtime.pid && length === 1,
      )!
      return [activity, parentActivity, grandparentActivity]
    }

    it('are the time at which they were made, and what they were copied from', async () => {
      const { runtime, births } = await startSeen()
      const before = kernelNow()
      expect(await lineageOf(runtime, 'context 0')).toEqual([runtime.places.first, 0, 0])
      const [first, parent] = await lineageOf(runtime, 'copy 1')
      expect(parent).toBe(runtime.places.first)
      expect(bornAt(first!)).toBeGreaterThan(before)
      expect(bornAt(first!)).toBeLessThan(kernelNow())
      const [second, ...above] = await lineageOf(runtime, 'copy 2')
      expect(above).toEqual([first, runtime.places.first])
      expect(await lineageOf(runtime, 'copy 3')).toEqual([expect.anything(), second, first])
      expect(await lineageOf(runtime, 'context 1')).toEqual([first, runtime.places.first, 0])
      births.detach(runtime.pid)
    })

    it('end when they are freed, which is told once', async () => {
      const { runtime, births } = await startSeen()
      const [copy] = await lineageOf(runtime, 'copy 1')
      events.clear()
      await runtime.says('free 1')
      await runtime.says('context 1')
      events.collect()
      const told = events.data.filter(({ tgid }) => tgid === runtime.pid)
      expect(told.map(({ goneActivity }) => goneActivity).filter(Boolean)).toEqual([copy])
      expect(await lineageOf(runtime, 'context 1')).toEqual([
        runtime.places.first + runtime.places.step,
        0,
        0,
      ])
      births.detach(runtime.pid)
    })

    it('are addresses again once nobody looks', async () => {
      const { runtime, births } = await startSeen()
      await activityOf(runtime, 'copy 1')
      births.detach(runtime.pid)
      expect(await activityOf(runtime, 'copy 1')).toBe(runtime.places.first + runtime.places.step)
    })
  })

  it('are of that process alone', async () => {
    const [one, other] = [await start(), await start()]
    kernel.activities.python(one.pid, one.places)
    expect(await activityOf(one, 'context 0')).toBe(one.places.first)
    expect(await activityOf(other, 'context 0')).toBe(0)
  })
})
