import { describe, expect, test } from 'vitest'
import { LoopWatch } from '../../src/agent/loop-watch.ts'
import { type MonotonicNs, SECOND } from '../../src/base/time.ts'

const LIMIT = 65_536

describe('the watch on loops', () => {
  test('remembers a limited number of processes, and looks again at one that it had to forget', () => {
    const looked: number[] = []
    let attached = 0
    const watch = new LoopWatch({
      holdsLoop: (tgid) => looked.push(tgid) > 0 && tgid === 1,
      attach: () => {
        attached++
        return 0 as MonotonicNs
      },
      detach: () => {
        attached--
      },
      seenSince: () => {},
    })
    let now = 0
    const see = (tgid: number) => {
      watch.process(tgid, now as MonotonicNs)
      watch.tick(now as MonotonicNs)
    }
    see(1)
    see(1)
    expect(looked).toEqual([1])
    expect(attached).toBe(1)
    for (let tgid = 2; tgid <= LIMIT; tgid++) watch.process(tgid, now as MonotonicNs)
    expect(attached).toBe(1)
    watch.process(LIMIT + 1, now as MonotonicNs)
    expect(attached).toBe(0)
    now = 60 * SECOND
    watch.tick(now as MonotonicNs)
    looked.length = 0
    see(1)
    expect(looked).toContain(1)
    expect(attached).toBe(1)
  })
})
