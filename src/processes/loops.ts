import type { ProcFiles } from './proc-files.ts'

/** Descriptors are listed in order, and loops are made early. */
const MAX_DESCRIPTORS = 1024
const MAX_THREADS = 256

const LOOP_DESCRIPTORS = new Set(['anon_inode:[eventpoll]', 'anon_inode:[io_uring]'])

/** Waiting calls, and which argument counts descriptors. epoll_wait* and io_uring_enter need none. */
interface WaitingCalls {
  readonly loop: ReadonlySet<number>
  readonly poll: ReadonlySet<number>
}

/** arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h */
const CALLS: { readonly [arch: string]: WaitingCalls } = {
  x64: { loop: new Set([232, 281, 426, 441]), poll: new Set([7, 23, 270, 271]) },
  arm64: { loop: new Set([22, 426, 441]), poll: new Set([72, 73]) },
}

/** Of select: the highest descriptor plus one, so at least as many as are waited for. */
const COUNT_FIRST = new Set([23, 270, 72])

/** Waiting for so few is what blocking clients do before each call; it is no loop. */
const FEW = 2

/**
 * Whether a process runs an event loop, or may soon: it holds an eventpoll or io_uring descriptor,
 * or one of its threads waits for several descriptors right now.
 */
export function holdsLoop(files: ProcFiles, tgid: number, arch: string = process.arch): boolean {
  const descriptors = files.list(tgid, 'fd')
  const count = Math.min(descriptors.length, MAX_DESCRIPTORS)
  for (let i = 0; i < count; i++) {
    if (LOOP_DESCRIPTORS.has(files.link(tgid, `fd/${descriptors[i]}`))) return true
  }
  return waitsInLoop(files, tgid, CALLS[arch])
}

function waitsInLoop(files: ProcFiles, tgid: number, calls: WaitingCalls | undefined): boolean {
  if (!calls) return false
  const threads = files.list(tgid, 'task')
  const count = Math.min(threads.length, MAX_THREADS)
  for (let i = 0; i < count; i++) {
    if (isLoopWait(files.text(tgid, `task/${threads[i]}/syscall`, 256), calls)) return true
  }
  return false
}

/** `7 0x7ffd… 0x3 0x1388 …`: number and arguments; `running` while in user space. */
function isLoopWait(line: string, calls: WaitingCalls): boolean {
  const words = line.split(' ')
  const call = Number(words[0])
  if (calls.loop.has(call)) return true
  if (!calls.poll.has(call)) return false
  const descriptors = Number(words[COUNT_FIRST.has(call) ? 1 : 2])
  return descriptors > FEW
}
