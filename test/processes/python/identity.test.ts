import { describe, expect, test } from 'vitest'
import { Fields } from '../../../src/elf/bytes.ts'
import { layoutOf, type PythonLayout } from '../../../src/processes/python/layout.ts'
import { Words } from '../../../src/processes/python/thread-states.ts'
import { findIdentity, isPassing } from '../../../src/processes/python-identity.ts'
import { CONTEXT_TYPE, FakeInterpreter, FakeMemory, RUNTIME, SLOT } from './fake-interpreter.ts'

const fields = (bytes: Uint8Array) => new Fields(bytes, true)

function known(version: string): PythonLayout {
  const layout = layoutOf(version, RUNTIME, new FakeMemory(), fields)
  if (typeof layout === 'string') throw new Error(layout)
  return layout
}

const look = (python: FakeInterpreter, layout: PythonLayout) =>
  findIdentity(new Words(python.memory), RUNTIME, CONTEXT_TYPE, layout)

describe.each(['3.8', '3.9', '3.10', '3.11', '3.12', '3.13'])('CPython %s', (version) => {
  const layout = known(version)

  test('shows where each of its threads has its state and its context', () => {
    const python = new FakeInterpreter(layout)
    for (let n = 0; n < 5; n++) python.thread()
    expect(look(python, layout)).toEqual({
      slot: SLOT,
      context: layout.context,
      contextType: CONTEXT_TYPE,
      threads: 5,
    })
  })

  test('shows it by one thread, and when only one has a context', () => {
    const python = new FakeInterpreter(layout)
    python.thread()
    expect(look(python, layout)).toMatchObject({ slot: SLOT, threads: 1 })
    python.thread({ context: false })
    python.thread({ started: false })
    expect(look(python, layout)).toMatchObject({ slot: SLOT, threads: 2 })
  })

  test('shows nothing before a context was used', () => {
    const python = new FakeInterpreter(layout)
    expect(look(python, layout)).toBe('not-started')
    python.thread({ context: false })
    expect(look(python, layout)).toBe('no-context-yet')
  })
})

describe('doubts', () => {
  const layout = known('3.11')

  test('several interpreters', () => {
    const python = new FakeInterpreter(layout)
    python.thread()
    python.secondInterpreter()
    expect(look(python, layout)).toBe('subinterpreters')
  })

  test('two places that hold the state, until a thread tells them apart', () => {
    const python = new FakeInterpreter(layout)
    const first = python.thread()
    python.memory.write(python.pointerOf(first) + 0x338, python.stateOf(first))
    expect(look(python, layout)).toBe('thread-state-misplaced')
    python.thread()
    expect(look(python, layout)).toMatchObject({ slot: SLOT })
  })

  test('no place that holds it, in any one thread', () => {
    const python = new FakeInterpreter(layout)
    python.thread()
    const other = python.thread()
    python.memory.write(python.pointerOf(other) + SLOT, python.stateOf(other) + 8)
    expect(look(python, layout)).toBe('thread-state-misplaced')
  })

  test('a context that is not of its type, in any one thread', () => {
    const python = new FakeInterpreter(layout)
    python.thread()
    const other = python.thread()
    python.memory.write(python.contextOf(other) + 8, CONTEXT_TYPE + 64)
    expect(look(python, layout)).toBe('context-misplaced')
  })

  test('another member that holds a context', () => {
    const python = new FakeInterpreter(layout)
    const first = python.thread()
    python.memory.write(python.stateOf(first) + 0x40, python.contextOf(first))
    expect(look(python, layout)).toBe('context-misplaced')
  })

  test('the layout of every other version', () => {
    for (const made of ['3.8', '3.10', '3.11', '3.12', '3.13'])
      for (const taken of ['3.8', '3.10', '3.11', '3.12', '3.13']) {
        const python = new FakeInterpreter(known(made))
        python.thread()
        python.thread()
        const found = look(python, known(taken))
        // 3.8 and 3.10 differ in the size of the thread state alone.
        const isSame =
          known(made).context === known(taken).context &&
          known(made).threadsHead === known(taken).threadsHead
        expect(typeof found === 'string').toBe(!isSame)
      }
  })

  test('a list of threads that leads elsewhere, or in a ring', () => {
    const python = new FakeInterpreter(layout)
    const first = python.thread()
    python.thread()
    python.memory.write(python.stateOf(first) + 8, python.stateOf(first))
    expect(look(python, layout)).toBe('threads-inconsistent')
    python.memory.write(python.stateOf(first) + 8, 0x1234)
    expect(look(python, layout)).toBe('threads-inconsistent')
  })

  test('are taken up again where time may settle them', () => {
    expect(isPassing('no-context-yet')).toBe(true)
    expect(isPassing('subinterpreters')).toBe(false)
  })

  test('any word of the memory that is another', () => {
    const words = interpreterWords(layout)
    for (const address of words)
      for (const word of [1, 0x7f00_0000_4000, 2 ** 53]) {
        const python = new FakeInterpreter(layout)
        python.thread()
        python.thread()
        python.memory.write(address, word)
        const found = look(python, layout)
        if (typeof found === 'object')
          expect(found).toMatchObject({ slot: SLOT, context: layout.context })
        expect(python.memory.reads).toBeLessThan(2000)
      }
  })
})

/** All words that are read of an interpreter with two threads. */
function interpreterWords(layout: PythonLayout): Set<number> {
  const python = new FakeInterpreter(layout)
  python.thread()
  python.thread()
  const words = new Set<number>()
  const { memory } = python
  const noting = {
    read: (at: number, length: number) => {
      for (let word = at; word < at + length; word += 8) words.add(word)
      return memory.read(at, length)
    },
  }
  findIdentity(new Words(noting), RUNTIME, CONTEXT_TYPE, layout)
  return words
}

describe('the offsets that 3.13 publishes', () => {
  function published(more: (memory: FakeMemory) => void = () => {}): PythonLayout | string {
    const memory = new FakeMemory()
    memory.writeText(RUNTIME, 'xdebugpy')
    const words = { 5: 0x300, 8: 0x1d00, 9: 0x1d50, 19: 0x140, 24: 0xa0 }
    for (let n = 1; n < 25; n++) memory.write(RUNTIME + n * 8, 0)
    for (const [n, word] of Object.entries(words)) memory.write(RUNTIME + Number(n) * 8, word)
    more(memory)
    return layoutOf('3.13', RUNTIME, memory, fields)
  }

  test('win over those of the first release', () => {
    expect(published()).toMatchObject({
      interpretersHead: 0x300,
      nextInterpreter: 0x1d00,
      threadsHead: 0x1d50,
      threadState: 0x140,
      threadId: 0xa0,
    })
  })

  test('say that a build is free-threaded', () => {
    expect(published((memory) => memory.write(RUNTIME + 16, 1))).toBe('free-threaded')
  })

  test('are not believed when they are beyond any struct', () => {
    expect(published((memory) => memory.write(RUNTIME + 72, 2 ** 40))).toBe('version-unsupported')
  })

  test('are none of other versions, and of no version that is not known', () => {
    for (const version of ['3.7', '3.14', '3.15', '4.0', '2.7', ''])
      expect(layoutOf(version, RUNTIME, new FakeMemory(), fields)).toBe('version-unsupported')
  })
})
