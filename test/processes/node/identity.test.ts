import { beforeEach, describe, expect, test } from 'vitest'
import { findAsyncIds } from '../../../src/processes/node-identity.ts'
import { Words } from '../../../src/processes/python/thread-states.ts'
import { FakeMemory } from '../python/fake-interpreter.ts'

const BIAS = 0x5000_0000
const FILE = {
  defaultLoop: 0x10_0000,
  checkImmediate: 0x1000,
  polledAt: 0x1b8,
  code: [],
  firstOffset: 0,
  firstAddress: 0,
}
const STACK = { start: 0x7ffc_0000_0000, end: 0x7ffc_0002_1000 }
const LOOP = 0x7f00_0000_1000
const FIELDS = 0x7f00_0000_3000
const CHECK = 0x7f00_0010_0000
const OTHER = 0x7f00_0020_0000
const IDS = 0x7f00_0030_0000
const HOOKS_AT = 0x308

const double = (value: number) => Number(new BigUint64Array(new Float64Array([value]).buffer)[0])

/** The loop of a Node, its handles, and behind one of them its ids. */
class FakeNode {
  readonly memory = new FakeMemory()

  constructor() {
    const { memory } = this
    for (const at of [LOOP, FIELDS, CHECK, OTHER, IDS]) memory.map(at, 0x2000)
    memory.write(FILE.defaultLoop + BIAS, LOOP)
    memory.write(LOOP + 16, OTHER + 32)
    memory.write(OTHER + 32, CHECK + 32)
    memory.write(CHECK + 32, LOOP + 16)
    memory.write(OTHER + 96, 0x7777)
    memory.write(CHECK + 96, FILE.checkImmediate + BIAS)
    memory.write(LOOP + 0x28, FIELDS)
    this.array(HOOKS_AT, IDS, [0, 0, 12, -1])
  }

  array(at: number, address: number, values: readonly number[]): void {
    this.memory.write(CHECK + at - 16, values.length)
    this.memory.write(CHECK + at - 8, 0)
    this.memory.write(CHECK + at, address)
    values.forEach((value, i) => {
      this.memory.write(address + i * 8, double(value))
    })
  }

  look() {
    return findAsyncIds(new Words(this.memory), FILE, BIAS, STACK)
  }
}

describe('a running Node', () => {
  let node: FakeNode
  beforeEach(() => {
    node = new FakeNode()
  })

  test('shows where its ids are, and where its loop says what it does', () => {
    expect(node.look()).toEqual({ asyncIds: IDS, polled: FIELDS + FILE.polledAt })
  })

  test('shows it while it works', () => {
    node.array(HOOKS_AT, IDS, [8, 7, 12, 5])
    node.memory.write(FIELDS + FILE.polledAt, STACK.start + 0x1000)
    expect(node.look()).toEqual({ asyncIds: IDS, polled: FIELDS + FILE.polledAt })
  })

  test('shows nothing before its loop is there', () => {
    node.memory.write(CHECK + 96, 0)
    expect(node.look()).toBe('not-started')
    node.memory.write(FILE.defaultLoop + BIAS, 0)
    expect(node.look()).toBe('not-started')
  })

  test('shows nothing by handles that lead nowhere, or in a circle', () => {
    node.memory.write(OTHER + 32, 0x666_0000)
    expect(node.look()).toBe('not-started')
    node.memory.write(OTHER + 32, OTHER + 32)
    expect(node.look()).toBe('not-started')
  })

  test.each([
    [[0, 0, 0, -1]],
    [[13, 0, 12, -1]],
    [[0, 0.5, 12, -1]],
    [[0, 0, 1e300, -1]],
    [[0, 0, Number.NaN, -1]],
    [[0, 0, 12, -2]],
    [[0, 0, 12]],
  ])('shows no ids by numbers that are none: %s', (values) => {
    node.array(HOOKS_AT, IDS, values)
    expect(node.look()).toBe('async-ids-misplaced')
  })

  test('shows no ids where two places look like them', () => {
    node.array(0x500, IDS + 0x100, [0, 0, 7, -1])
    expect(node.look()).toBe('async-ids-misplaced')
  })

  test('shows nothing where the loop is laid out in another way', () => {
    node.memory.write(FIELDS + FILE.polledAt, 0x3000_0000)
    expect(node.look()).toBe('loop-misplaced')
  })
})
