import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const FOLDER = '/sys/kernel/tracing'

/**
 * Mounts tracefs for tests of hooks on system calls, as the agent tells its operator to do. Returns
 * what takes it away again; nothing is done where it is mounted already.
 */
export function mountTracefs(): () => void {
  if (existsSync(`${FOLDER}/events`)) return () => {}
  const { status, stderr } = spawnSync('mount', ['-t', 'tracefs', 'tracefs', FOLDER], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`cannot mount tracefs: ${stderr}`)
  return () => {
    spawnSync('umount', [FOLDER])
  }
}
