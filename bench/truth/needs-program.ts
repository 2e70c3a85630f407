import { spawnSync } from 'node:child_process'

/** What a row says that cannot run because there is no such program. */
export function needsProgram(program: string, what: string): () => string {
  return () => (spawnSync('sh', ['-c', `command -v ${program}`]).status === 0 ? '' : what)
}
