import { type StartupCode, StartupError } from '../base/errors.ts'

/** Why each obstacle keeps the agent from starting. docs/no-start.md says more about each. */
export const WHY: Readonly<Record<StartupCode, string>> = {
  BAD_OPTION: 'a setting that is misread would trace something else than you asked for',
  KERNEL_TOO_OLD: 'no hook that the agent knows works on this kernel',
  NOT_PERMITTED: 'the kernel lets only privileged programs load eBPF and read other processes',
  LOCKED_DOWN: 'a locked-down kernel keeps its memory even from root, and eBPF with it',
  NO_BTF: 'without the types of this kernel the agent cannot find the fields that it reads',
  NO_LIBBPF: 'the agent loads its eBPF programs with the system library libbpf',
  NO_PROC: 'names, command lines and containers of processes are read from /proc',
  NO_TRACEFS: 'these hooks are system-call tracepoints, and the kernel lists them in tracefs',
  WIRE_MISMATCH: 'the eBPF object and the program would misread each other',
  OBJECT_BROKEN: 'the eBPF object is what sees the traffic',
  NO_HOOKS: 'without a hook on socket data there is nothing to see',
  ALREADY_RUNNING: 'two agents of one name would trace each other and count everything twice',
  PORT_TAKEN: 'the page that was asked for cannot be served',
  FILE_UNUSABLE: 'what was asked for is in that file, or goes there',
  BAD_RECORDING: 'spans made from a damaged recording could be wrong',
}

/** Exit code of what the operator can fix, and of our own defects. */
export const EXIT_REFUSED = 2
const EXIT_DEFECT = 1

/** Says what happened on standard error and gives the exit code. */
export function reportFailure(error: unknown, write: (text: string) => void): number {
  if (error instanceof StartupError) {
    write(
      `underspan: ${error.message}\nWhy it matters: ${WHY[error.code]}.\nWhat to do: ${error.remedy}\n`,
    )
    if (error.code !== 'BAD_OPTION') write(`More: docs/no-start.md, ${error.code}\n`)
    return EXIT_REFUSED
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  write(
    `underspan: this is a defect of underspan:\n${text}\n` +
      'What to do: please report it, with these lines and what `underspan check` prints.\n',
  )
  return EXIT_DEFECT
}
