import { describe, expect, test } from 'vitest'
import { CpuBudget, LEAST_SHARE } from '../../src/agent/cpu-budget.ts'
import { type MonotonicNs, SECOND } from '../../src/base/time.ts'

/** An agent that uses `fixed` cores for reading and `full` more for describing all traces. */
class Load {
  readonly budget: CpuBudget
  share = 1
  connections = 1
  changes = 0
  /** Cores that nobody uses but the agent; of 2. */
  free = 2
  events = 1e6
  waiting = 0
  #now = 0
  #usedUs = 0
  #idleUs = 0
  #events = 0

  constructor(limit: number) {
    this.budget = new CpuBudget(limit)
    this.#look()
  }

  run(seconds: number, fixed: number, full: number): number {
    let cores = 0
    for (let i = 0; i < seconds * 2; i++) {
      cores = (fixed + full * this.share) * this.connections
      this.#now += SECOND / 2
      this.#usedUs += cores * 0.5e6
      this.#idleUs += Math.max(0, this.free - cores) * 0.5e6
      this.#events += this.events / 2
      const shares = this.#look()
      if (shares === undefined) continue
      this.share = shares.traces
      this.connections = shares.connections
      this.changes++
    }
    return cores
  }

  #look() {
    return this.budget.look(this.#now as MonotonicNs, {
      usedUs: this.#usedUs,
      idleUs: this.#idleUs,
      processors: 2,
      events: this.#events,
      waiting: this.waiting,
    })
  }
}

describe('a budget of half a core', () => {
  test('is kept within a second and a half of the start', () => {
    const load = new Load(0.5)
    load.run(1.5, 0.1, 0.9)
    expect(load.run(0.5, 0.1, 0.9)).toBeLessThanOrEqual(0.5)
  })

  test('is not spent on what the start costs', () => {
    const load = new Load(0.5)
    load.events = 10_000
    load.run(2.5, 1, 1)
    load.run(10, 0.1, 0.1)
    expect(load.changes).toBe(0)
  })

  test('is soon kept when far too much comes, by fewer connections', () => {
    const load = new Load(0.5)
    load.run(1, 6, 20)
    expect(load.connections).toBeLessThan(0.3)
    expect(load.run(3, 6, 20)).toBeLessThanOrEqual(0.5)
  })

  test('takes work that waits for work to be done', () => {
    const load = new Load(0.5)
    load.waiting = 0.5
    load.run(2, 0.1, 0.3)
    expect(load.share).toBeLessThan(0.6)
  })

  test('is a small part of the machine while nothing of it is idle', () => {
    const load = new Load(0.5)
    load.free = 0.2
    expect(load.run(5, 0.05, 0.4)).toBeLessThanOrEqual(0.17)
    load.free = 2
    load.run(60, 0.05, 0.4)
    expect(load.share).toBeGreaterThan(0.8)
  })

  test('keeps everything as long as less is used', () => {
    const load = new Load(0.5)
    load.run(60, 0.1, 0.39)
    expect(load.share).toBe(1)
    expect(load.changes).toBe(0)
  })

  test('is kept after a few seconds of too much work, and then left alone', () => {
    const load = new Load(0.5)
    expect(load.run(10, 0.2, 1.5)).toBeLessThanOrEqual(0.5)
    expect(load.share).toBeGreaterThan(0.05)
    const { changes } = load
    load.run(120, 0.2, 1.5)
    expect(load.changes - changes).toBeLessThan(40)
  })

  test('stays kept while the load lasts', () => {
    const load = new Load(0.5)
    load.run(10, 0.2, 1.5)
    let above = 0
    for (let second = 0; second < 300; second++) if (load.run(1, 0.2, 1.5) > 0.5) above++
    expect(above).toBe(0)
  })

  test('a single busy second costs no trace', () => {
    const load = new Load(0.5)
    load.run(5, 0.1, 0.2)
    load.run(1, 0.1, 0.6)
    load.run(5, 0.1, 0.2)
    expect(load.changes).toBe(0)
  })

  test('gives all traces back when the load is gone', () => {
    const load = new Load(0.5)
    load.run(20, 0.2, 4)
    expect(load.share).toBeLessThan(0.1)
    load.run(120, 0.05, 0.1)
    expect(load.share).toBe(1)
  })

  test('reads fewer connections only when the least share of traces is too much', () => {
    const load = new Load(0.5)
    load.run(20, 0.3, 4)
    expect(load.connections).toBe(1)
    expect(load.run(30, 1.5, 4)).toBeLessThanOrEqual(0.5)
    expect(load.share).toBe(LEAST_SHARE)
    expect(load.connections).toBeGreaterThan(0.2)
  })

  test('reads all connections again before it keeps more traces', () => {
    const load = new Load(0.5)
    load.run(30, 1.5, 4)
    const { share } = load
    load.run(20, 0.1, 0.1)
    expect(load.connections).toBe(1)
    expect(share).toBe(LEAST_SHARE)
    load.run(60, 0.1, 0.1)
    expect(load.share).toBe(1)
  })

  test('gives up no more than the least shares, whatever is used', () => {
    const load = new Load(0.5)
    load.run(200, 1000, 1000)
    expect([load.share, load.connections]).toEqual([LEAST_SHARE, LEAST_SHARE])
  })
})

test('without a limit everything is kept', () => {
  const load = new Load(Number.POSITIVE_INFINITY)
  load.run(60, 3, 5)
  expect(load.changes).toBe(0)
})
