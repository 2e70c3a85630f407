import type { Bytes } from '../../../src/elf/bytes.ts'
import type { PythonLayout } from '../../../src/processes/python/layout.ts'

/** Memory of a process: pages that hold what was written, nothing elsewhere. */
export class FakeMemory implements Bytes {
  readonly #pages = new Map<number, Uint8Array>()
  reads = 0

  write(address: number, word: number): void {
    for (let i = 0; i < 8; i++)
      this.#page(address + i)[(address + i) % 4096] = Math.floor(word / 2 ** (8 * i)) % 256
  }

  /** Something is there, zeros at first. */
  map(address: number, length: number): void {
    for (let at = address; at < address + length; at += 4096) this.#page(at)
    this.#page(address + length - 1)
  }

  writeText(address: number, text: string): void {
    Buffer.from(text, 'latin1').forEach((byte, i) => {
      this.#page(address + i)[(address + i) % 4096] = byte
    })
  }

  read(address: number, length: number): Uint8Array {
    this.reads++
    const bytes = new Uint8Array(length)
    for (let read = 0; read < length; ) {
      const page = this.#pages.get(Math.floor((address + read) / 4096))
      if (page === undefined) return bytes.subarray(0, read)
      const part = page.subarray((address + read) % 4096)
      bytes.set(part.subarray(0, length - read), read)
      read += part.length
    }
    return bytes
  }

  #page(address: number): Uint8Array {
    const number = Math.floor(address / 4096)
    let page = this.#pages.get(number)
    if (page === undefined) {
      page = new Uint8Array(4096)
      this.#pages.set(number, page)
    }
    return page
  }
}

export const RUNTIME = 0x55_0000_1000
export const CONTEXT_TYPE = 0x55_0002_0000
const INTERPRETER = 0x7f00_0000_4000
const STATES = 0x7f00_0010_0000
const POINTERS = 0x7f00_0100_0740
const CONTEXTS = 0x7f00_0200_0000
export const SLOT = 0x318

/** Threads of a CPython as far as they are read: states, thread pointers, slots, contexts. */
export class FakeInterpreter {
  readonly memory = new FakeMemory()
  readonly #layout: PythonLayout
  #threads = 0

  constructor(layout: PythonLayout) {
    this.#layout = layout
    this.memory.write(RUNTIME + layout.interpretersHead, INTERPRETER)
    this.memory.write(INTERPRETER + layout.nextInterpreter, 0)
  }

  stateOf(n: number): number {
    return STATES + n * 0x1000
  }

  pointerOf(n: number): number {
    return POINTERS + n * 0x10000
  }

  contextOf(n: number): number {
    return CONTEXTS + n * 0x40
  }

  /** New threads come first in the list. */
  thread({ started = true, context = true } = {}): number {
    const n = this.#threads++
    const { memory } = this
    const state = this.stateOf(n)
    const before = n > 0 ? this.stateOf(n - 1) : 0
    memory.write(INTERPRETER + this.#layout.threadsHead, state)
    memory.write(state, 0)
    memory.write(state + 8, before)
    memory.write(state + 16, INTERPRETER)
    if (before) memory.write(before, state)
    memory.write(state + this.#layout.threadId, this.pointerOf(n))
    memory.map(this.pointerOf(n), 2048)
    if (!started) return n
    memory.write(this.pointerOf(n), this.pointerOf(n))
    memory.write(this.pointerOf(n) + SLOT, state)
    if (context) this.use(n, n)
    return n
  }

  /** A context object becomes current. */
  use(thread: number, context: number): void {
    this.memory.write(this.contextOf(context), 1)
    this.memory.write(this.contextOf(context) + 8, CONTEXT_TYPE)
    this.memory.write(this.stateOf(thread) + this.#layout.context, this.contextOf(context))
  }

  secondInterpreter(): void {
    this.memory.write(INTERPRETER + this.#layout.nextInterpreter, INTERPRETER + 0x8000)
  }
}
