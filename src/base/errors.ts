/** What can keep the agent from starting. Documented in docs/no-start.md. */
export type StartupCode =
  | 'BAD_OPTION'
  | 'KERNEL_TOO_OLD'
  | 'NOT_PERMITTED'
  | 'LOCKED_DOWN'
  | 'NO_BTF'
  | 'NO_LIBBPF'
  | 'NO_PROC'
  | 'NO_TRACEFS'
  | 'WIRE_MISMATCH'
  | 'OBJECT_BROKEN'
  | 'NO_HOOKS'
  | 'ALREADY_RUNNING'
  | 'PORT_TAKEN'
  | 'FILE_UNUSABLE'
  | 'BAD_RECORDING'

/**
 * Something the operator can fix. The command line prints what was found, why it matters and the
 * remedy, without a stack, and exits with 2.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError'
  readonly code: StartupCode
  /** One sentence: what to do about it. */
  readonly remedy: string

  constructor(code: StartupCode, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.remedy = remedy
  }
}
