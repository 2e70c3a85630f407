import { standardError } from '../telemetry/standard-error.ts'

/** Where a command speaks: standard output and error, or a test. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  readonly columns: number
}

export function processTerminal(): Terminal {
  // The reader of a pipe may leave (`underspan … | head`): no error, the run is over.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
  return {
    out: (text) => void process.stdout.write(text),
    err: standardError(),
    columns: Math.min(process.stdout.columns ?? 100, 120),
  }
}
