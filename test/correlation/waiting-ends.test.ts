import { describe, expect, test } from 'vitest'
import { WaitingEnds } from '../../src/correlation/waiting-ends.ts'

describe('ends that wait for their other ends', () => {
  test('are found by their position, once', () => {
    const ends = new WaitingEnds<string>()
    ends.add(0, 'first')
    ends.add(2 ** 40, 'second')
    expect(ends.take(2 ** 40)).toBe('second')
    expect(ends.take(2 ** 40)).toBeUndefined()
    expect(ends.all).toEqual(['first'])
  })

  test('lose their place to who comes later to the same position', () => {
    const ends = new WaitingEnds<string>()
    ends.add(7, 'first')
    ends.add(9, 'second')
    ends.add(7, 'third')
    expect(ends.all).toEqual(['second', 'third'])
    expect(ends.oldest).toBe('second')
  })

  test('go from the oldest on', () => {
    const ends = new WaitingEnds<string>()
    ends.add(9, 'first')
    ends.add(7, 'second')
    ends.dropOldest()
    expect(ends.take(9)).toBeUndefined()
    expect(ends.take(7)).toBe('second')
    expect(ends.size).toBe(0)
  })
})
