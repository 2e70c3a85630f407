import type { Hook } from '../loader/hooks.ts'
import type { LoopFunction } from '../processes/node-identity.ts'

/** To see when a loop of Node begins to run immediates. */
export function immediateHooks(tgid: number, place: LoopFunction): readonly Hook[] {
  return [
    { program: 'on_immediates', tracepoint: '', function: { ...place, tgid, atReturn: false } },
  ]
}
