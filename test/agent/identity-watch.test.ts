import { beforeEach, describe, expect, test } from 'vitest'
import { IdentityWatch } from '../../src/agent/identity-watch.ts'
import { type MonotonicNs, MS } from '../../src/base/time.ts'
import type { FoundPython, IdentityDoubt } from '../../src/processes/python-identity.ts'
import { Counters } from '../../src/telemetry/counters.ts'

const FOUND: FoundPython = {
  slot: 0x318,
  context: 0xe0,
  contextType: 0x9000,
  threads: 2,
  functions: undefined,
}

describe('the watch on identities', () => {
  let answer: FoundPython | IdentityDoubt | undefined
  let looks: number
  let room: boolean
  let selected: boolean
  let read: Set<number>
  let counters: Counters
  let watch: IdentityWatch
  const at = (ms: number) => (ms * MS) as MonotonicNs

  beforeEach(() => {
    answer = FOUND
    looks = 0
    room = true
    selected = true
    read = new Set()
    counters = new Counters()
    watch = new IdentityWatch({
      find: () => {
        looks++
        return answer
      },
      mayBeTraced: () => selected,
      read: (tgid) => {
        if (room) read.add(tgid)
        return room
      },
      stopReading: (tgid) => void read.delete(tgid),
      counter: counters.identities,
    })
  })

  test('has it read as soon as a process moves bytes, and looks no more', () => {
    watch.traced(7, at(0))
    watch.traced(7, at(1))
    for (let ms = 2; ms < 100_000; ms += 250) watch.tick(at(ms))
    expect([...read]).toEqual([7])
    expect(watch.outcome(7)).toBe('found')
    expect(looks).toBe(1)
  })

  test('looks again where time may tell, and gives up after half a minute', () => {
    answer = 'no-context-yet'
    watch.traced(7, at(0))
    watch.tick(at(100))
    expect(watch.outcome(7)).toBe('no-context-yet')
    answer = FOUND
    watch.tick(at(300))
    expect(watch.outcome(7)).toBe('found')
    answer = 'no-context-yet'
    watch.traced(8, at(0))
    for (let ms = 2; ms < 100_000; ms += 250) watch.tick(at(ms))
    expect(looks).toBe(3 + 6)
  })

  test('does not look again where time tells nothing', () => {
    answer = 'version-unsupported'
    watch.traced(7, at(0))
    for (let ms = 2; ms < 100_000; ms += 250) watch.tick(at(ms))
    expect(looks).toBe(1)
    expect(counters.identities.get('version-unsupported')).toBe(1)
  })

  test('withdraws what threads that came later do not bear out', () => {
    answer = { ...FOUND, threads: 1 }
    watch.traced(7, at(0))
    expect([...read]).toEqual([7])
    answer = 'thread-state-misplaced'
    for (let ms = 2; ms < 100_000; ms += 250) watch.tick(at(ms))
    expect([...read]).toEqual([])
    expect(watch.outcome(7)).toBe('withdrawn')
  })

  test('leaves alone what is not selected, other programs, and those without room', () => {
    selected = false
    watch.present(7, at(0))
    selected = true
    answer = undefined
    watch.traced(8, at(0))
    expect([watch.outcome(7), watch.outcome(8)]).toEqual([undefined, undefined])
    answer = FOUND
    room = false
    watch.traced(9, at(0))
    expect(watch.outcome(9)).toBe('no-room')
    expect([...read]).toEqual([])
  })

  test('begins anew when another program runs in the process, and ends with it', () => {
    watch.traced(7, at(0))
    watch.started(7, at(1000))
    expect([...read]).toEqual([])
    watch.tick(at(1060))
    expect([...read]).toEqual([7])
    watch.exited(7)
    expect([...read]).toEqual([])
    expect(watch.outcome(7)).toBeUndefined()
  })

  test('takes a few looks in a turn, however many processes start, and comes to all of them', () => {
    answer = undefined
    for (let tgid = 1; tgid <= 1000; tgid++) watch.started(tgid, at(0))
    watch.tick(at(100))
    expect(looks).toBe(64)
    for (let ms = 101; ms < 120; ms++) watch.tick(at(ms))
    expect(looks).toBe(1000)
  })
})
