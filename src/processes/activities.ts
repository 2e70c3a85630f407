import type { ProcFiles } from './proc-files.ts'
import type { Language } from './process.ts'

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
 * Whether a thread of this process is one activity at a time. It may stop being so: virtual
 * threads and fibers show only once the first of them has run.
 */
export function threadIsActivity(
  language: Language,
  tgid: number,
  files: ProcFiles,
  libraries: () => readonly string[],
): boolean {
  switch (language) {
    case 'go':
    case 'dotnet':
    case 'erlang':
      return false
    case 'java':
      return !hasThread(tgid, files, VIRTUAL_THREADS)
    case 'rust':
    case 'cpp':
    case 'unknown':
      return !hasThread(tgid, files, TOKIO)
    case 'ruby':
      return !libraries().some((path) => path.endsWith(FIBERS))
    default:
      return true
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
