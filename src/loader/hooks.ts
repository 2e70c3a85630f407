/** A program and where it is attached. */
export interface Hook {
  readonly program: string
  /** `syscalls/sys_enter_read`; '' where the program's section says. */
  readonly tracepoint: string
  /** In the program of one process. */
  readonly function?: UserFunction
}

/** A function in a file that a process has mapped. */
export interface UserFunction {
  readonly tgid: number
  /** By which the agent can open the file. */
  readonly path: string
  /** Of its first instruction, in the file. */
  readonly offset: number
  readonly atReturn: boolean
}

/** Programs for functions of traced processes. */
export const USER_PROGRAMS: readonly string[] = [
  'on_context_born',
  'on_context_gone',
  'on_immediates',
]

export function ofSection(...programs: readonly string[]): Hook[] {
  return programs.map((program) => ({ program, tracepoint: '' }))
}

function entry(program: string, ...calls: readonly string[]): Hook[] {
  return calls.map((call) => ({ program, tracepoint: `syscalls/sys_enter_${call}` }))
}

function exit(program: string, ...calls: readonly string[]): Hook[] {
  return calls.map((call) => ({ program, tracepoint: `syscalls/sys_exit_${call}` }))
}

/**
 * Exits before entries: a call whose entry was seen and whose exit was not would be taken for the
 * thread's next one.
 */
export const DATA_CALL_HOOKS: readonly Hook[] = [
  ...exit('on_send_exit', 'write', 'writev', 'sendto', 'sendmsg', 'sendmmsg'),
  ...exit('on_receive_exit', 'read', 'readv', 'recvfrom', 'recvmsg', 'recvmmsg'),
  ...entry('on_buffer_entry', 'read', 'write'),
  ...entry('on_vector_entry', 'readv', 'writev'),
  ...entry('on_address_entry', 'recvfrom', 'sendto'),
  ...entry('on_message_entry', 'recvmsg', 'sendmsg'),
  ...entry('on_messages_entry', 'recvmmsg', 'sendmmsg'),
]

export const CALL_LIFE_HOOKS: readonly Hook[] = [
  ...exit('on_socket_exit', 'socket'),
  ...exit('on_accept_exit', 'accept', 'accept4'),
  ...exit('on_connect_exit', 'connect'),
  ...entry('on_connect_entry', 'connect'),
  ...entry('on_close_entry', 'close'),
]

/** Calls in which event loops wait. Kernels without a call have no tracepoint for it. */
export const LOOP_HOOKS: readonly { readonly call: string; readonly hooks: readonly Hook[] }[] = [
  { call: 'epoll_wait', hooks: ofSection('on_epoll_wait') },
  { call: 'epoll_pwait', hooks: ofSection('on_epoll_pwait') },
  { call: 'epoll_pwait2', hooks: ofSection('on_epoll_pwait2') },
  { call: 'io_uring_enter', hooks: ofSection('on_io_uring_enter') },
  { call: 'poll', hooks: ofSection('on_poll') },
  { call: 'ppoll', hooks: ofSection('on_ppoll', 'on_ppoll_entry') },
  { call: 'select', hooks: ofSection('on_select', 'on_select_entry') },
  { call: 'pselect6', hooks: ofSection('on_pselect6', 'on_pselect6_entry') },
]
