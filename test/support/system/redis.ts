import type { Stage } from './apps.ts'
import { finish } from './program.ts'

export interface Redis {
  /** Names of all that it keeps. */
  keys(): Promise<string[]>
}

/** A server that writes nothing down. */
export async function startRedis(stage: Stage, port: number): Promise<Redis> {
  const settings = ['--bind', '127.0.0.1', '--save', '', '--dir', stage.folder()]
  await stage.server(['redis-server', '--port', String(port), ...settings], port)
  const scan = ['redis-cli', '-p', String(port), '--scan']
  return { keys: async () => (await finish(scan)).split('\n').filter((key) => key !== '') }
}
