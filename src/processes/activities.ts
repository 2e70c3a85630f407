import type { ProcFiles } from './proc-files.ts'
import type { Language, ThreadServes } from './process.ts'

const MAX_THREADS = 4096

/**
 * Threads that a runtime keeps for work which moves from thread to thread, as the kernel cuts
 * their names (15 characters).
 * JDK: java.lang.VirtualThread, sun.nio.ch.Poller. Tokio: runtime::Builder.
 */
const VIRTUAL_THREADS = /^(?:VirtualThread-|(?:Read|Write|Master)-?Poller|VThread)/
const TOKIO = /^tokio-(?:runtime-w|rt-worker)/

/** Ruby's fiber scheduler (Falcon, async) brings its own event loop. */
const FIBERS = '/IO_Event.so'

/**
 * What a thread of this process serves. It may become more than one activity at a time: virtual
 * threads and fibers show only once the first of them has run.
 */
export function threadServes(
  language: Language,
  tgid: number,
  files: ProcFiles,
  libraries: () => readonly string[],
): ThreadServes {
  switch (language) {
    case 'go':
    case 'dotnet':
    case 'erlang':
      return 'many'
    case 'java':
      return hasThread(tgid, files, VIRTUAL_THREADS) ? 'many' : 'one'
    case 'rust':
    case 'cpp':
    case 'unknown':
      return hasThread(tgid, files, TOKIO) ? 'segments' : 'one'
    case 'ruby':
      return libraries().some((path) => path.endsWith(FIBERS)) ? 'many' : 'one'
    default:
      return 'one'
  }
}

function hasThread(tgid: number, files: ProcFiles, name: RegExp): boolean {
  const threads = files.list(tgid, 'task')
  const count = Math.min(threads.length, MAX_THREADS)
  for (let i = 0; i < count; i++) {
    if (name.test(files.text(tgid, `task/${threads[i]}/comm`, 32))) return true
  }
  return false
}
