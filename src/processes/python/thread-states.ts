import { type Bytes, Fields } from '../../elf/bytes.ts'
import { INTERP_AT, NEXT_AT, PREV_AT, type PythonLayout } from './layout.ts'

/** A thread that runs Python. */
export interface ThreadState {
  /** Address of its PyThreadState. */
  readonly address: number
  /** Its thread pointer, which glibc gives out as pthread_self(). */
  readonly pointer: number
}

export type ThreadsDoubt =
  | 'not-started'
  | 'subinterpreters'
  /** A list that changed while it was read, or another layout. */
  | 'threads-inconsistent'

const MAX_THREADS = 512
/** User addresses on x86-64. */
const MAX_ADDRESS = 2 ** 47

/** Words of a process's memory; 0 where nothing is. */
export class Words {
  readonly #memory: Bytes

  constructor(memory: Bytes) {
    this.#memory = memory
  }

  at(address: number): number {
    return isAddress(address) ? this.block(address, 8).u64(0) : 0
  }

  block(address: number, length: number): Fields {
    return new Fields(this.#memory.read(address, length), true)
  }
}

export function isAddress(word: number): boolean {
  return word > 0 && word < MAX_ADDRESS && word % 8 === 0
}

/** The threads of the only interpreter. `runtime`: address of _PyRuntime. */
export function threadStates(
  words: Words,
  runtime: number,
  layout: PythonLayout,
): ThreadState[] | ThreadsDoubt {
  const interpreter = words.at(runtime + layout.interpretersHead)
  if (!isAddress(interpreter)) return 'not-started'
  if (words.at(interpreter + layout.nextInterpreter) !== 0) return 'subinterpreters'
  const states: ThreadState[] = []
  let before = 0
  let address = words.at(interpreter + layout.threadsHead)
  while (address !== 0) {
    const linked = isAddress(address) && words.at(address + PREV_AT) === before
    if (!linked || words.at(address + INTERP_AT) !== interpreter) return 'threads-inconsistent'
    if (states.length === MAX_THREADS) break
    states.push({ address, pointer: words.at(address + layout.threadId) })
    before = address
    address = words.at(address + NEXT_AT)
  }
  const running = states.filter((state) => isRunning(words, state))
  return running.length === 0 ? 'not-started' : running
}

/**
 * A thread's control block begins with its own address (glibc, musl). One that is being started
 * has its starter's pointer or none yet.
 */
function isRunning(words: Words, { pointer }: ThreadState): boolean {
  return isAddress(pointer) && words.at(pointer) === pointer
}
