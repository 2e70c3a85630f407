import { existsSync } from 'node:fs'

/** A program built by Go on this machine; undefined where there is none. */
export function goProgram(): string | undefined {
  return ['/usr/local/go/bin/gofmt', '/usr/lib/go/bin/gofmt', '/usr/bin/gofmt'].find(existsSync)
}
