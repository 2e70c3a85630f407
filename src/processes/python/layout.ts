import type { Bytes, Fields } from '../../elf/bytes.ts'

/** Bytes from the start of a struct of CPython. */
export interface PythonLayout {
  /** In _PyRuntimeState. */
  readonly interpretersHead: number
  /** In PyInterpreterState. */
  readonly nextInterpreter: number
  readonly threadsHead: number
  /** In PyThreadState, where `prev`, `next` and `interp` come first. */
  readonly threadId: number
  readonly context: number
  readonly threadState: number
}

export const PREV_AT = 0
export const NEXT_AT = 8
export const INTERP_AT = 16

/** Include/cpython/pystate.h, Include/internal/pycore_interp.h, pycore_runtime.h of each version. */
const LAYOUTS: { readonly [version: string]: PythonLayout } = {
  '3.8': layout(0x20, 0, 0x8, 0xb0, 0xf0, 0x108),
  '3.9': layout(0x20, 0, 0x8, 0xb0, 0xf0, 0x108),
  '3.10': layout(0x20, 0, 0x8, 0xb0, 0xf0, 0x118),
  '3.11': layout(0x28, 0, 0x10, 0x98, 0xe0, 0x168),
  '3.12': layout(0x28, 0, 0x48, 0x88, 0xd0, 0x120),
  '3.13': layout(0x278, 0x1c60, 0x1cb0, 0x98, 0xd0, 0x130),
}

function layout(
  interpretersHead: number,
  nextInterpreter: number,
  threadsHead: number,
  threadId: number,
  context: number,
  threadState: number,
): PythonLayout {
  return { interpretersHead, nextInterpreter, threadsHead, threadId, context, threadState }
}

/**
 * Since 3.13 the runtime begins with its own offsets (struct _Py_DebugOffsets, pycore_runtime.h), in
 * words of 8 bytes.
 */
const PUBLISHED = 25 * 8
const COOKIE = 'xdebugpy'
const WORD = {
  freeThreaded: 2 * 8,
  interpretersHead: 5 * 8,
  nextInterpreter: 8 * 8,
  threadsHead: 9 * 8,
  threadState: 19 * 8,
  threadId: 24 * 8,
}
/** No struct is so large. */
const MAX_OFFSET = 1 << 20

export type LayoutDoubt = 'version-unsupported' | 'free-threaded'

/** Where a version keeps what is read; by the runtime's own word where it gives one. */
export function layoutOf(
  version: string,
  runtime: number,
  memory: Bytes,
  fields: (bytes: Uint8Array) => Fields,
): PythonLayout | LayoutDoubt {
  const known = LAYOUTS[version]
  if (known === undefined) return 'version-unsupported'
  if (version !== '3.13') return known
  const bytes = memory.read(runtime, PUBLISHED)
  if (bytes.length < PUBLISHED || Buffer.from(bytes.subarray(0, 8)).toString('latin1') !== COOKIE)
    return known
  const words = fields(bytes)
  if (words.u64(WORD.freeThreaded) !== 0) return 'free-threaded'
  const found = {
    ...known,
    interpretersHead: words.u64(WORD.interpretersHead),
    nextInterpreter: words.u64(WORD.nextInterpreter),
    threadsHead: words.u64(WORD.threadsHead),
    threadState: words.u64(WORD.threadState),
    threadId: words.u64(WORD.threadId),
  }
  return Object.values(found).every((at) => at < MAX_OFFSET) ? found : 'version-unsupported'
}
