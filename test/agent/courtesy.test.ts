import { describe, expect, test } from 'vitest'
import { Courtesy } from '../../src/agent/courtesy.ts'
import { type MonotonicNs, SECOND } from '../../src/base/time.ts'

class Threads {
  yields: boolean
  readonly set: boolean[] = []
  beats = 0
  readonly #isPossible: boolean
  readonly #courtesy = new Courtesy(this)
  #now = 0

  constructor(yields = true, isPossible = true) {
    this.yields = yields
    this.#isPossible = isPossible
  }

  yield(yields: boolean): boolean {
    if (this.#isPossible) {
      this.yields = yields
      this.set.push(yields)
    }
    return this.#isPossible
  }

  beat(): void {
    this.beats++
  }

  look(seconds: number, waiting: number, isSpare: boolean): boolean {
    for (let i = 0; i < seconds * 4; i++) {
      this.#now += SECOND / 4
      this.#courtesy.look(this.#now as MonotonicNs, waiting, isSpare)
    }
    return this.yields
  }
}

describe('an agent that yields', () => {
  test('goes on so while its rings are as good as empty, spare time or not, and tells that it works', () => {
    const threads = new Threads()
    expect(threads.look(5, 0.01, false)).toBe(true)
    expect(threads.set).toEqual([])
    expect(threads.beats).toBe(20)
  })

  test('takes its part at the first look that finds work waiting', () => {
    expect(new Threads().look(0.25, 0.2, true)).toBe(false)
  })

  test('yields again once the machine had time to spare, and nothing waited, for seconds in a row', () => {
    const threads = new Threads()
    threads.look(1, 0.2, false)
    expect(threads.look(10, 0, false)).toBe(false)
    expect(threads.look(2, 0, true)).toBe(false)
    threads.look(0.25, 0.2, true)
    expect(threads.look(3, 0, true)).toBe(false)
    expect(threads.look(1, 0, true)).toBe(true)
    expect(threads.set).toEqual([false, true])
  })

  test('that was made to take its part by its watcher waits as long', () => {
    const threads = new Threads()
    threads.look(1, 0, true)
    threads.yields = false
    expect(threads.look(2.75, 0, true)).toBe(false)
    expect(threads.look(1, 0, true)).toBe(true)
  })

  test('goes on like any other process where there would be no way back', () => {
    expect(new Threads(false, false).look(10, 0, true)).toBe(false)
  })
})
