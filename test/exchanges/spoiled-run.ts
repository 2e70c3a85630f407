import { Random } from '../support/random.ts'
import { playSpoiled } from './mutation.ts'
import type { Session } from './session.ts'
import { Traffic } from './traffic.ts'

/** One run of a session, spoiled as the two numbers say. Throws where the agent does, or keeps anything. */
export function runSpoiled(session: Session, seed: number, run: number): void {
  const random = new Random((seed * 1_000_003 + run) * 2 + 1)
  for (let i = 0; i < 8; i++) random.below(2)
  const traffic = new Traffic({ payloadLimit: 4096 }, undefined, false)
  playSpoiled(traffic, session, random)
  traffic.wait(60)
  traffic.wait(1100)
  const { open, sockets } = traffic.exchanges
  if (open !== 0 || sockets.size !== 0 || sockets.bytesHeld !== 0)
    throw new Error('something is left')
  const { exchanges, ends } = traffic.hearing
  for (const { outcome, sequence, ended } of exchanges) {
    if (outcome === undefined || ended === undefined) throw new Error(`${sequence} has no end`)
  }
  if (ends !== exchanges.length) throw new Error('not each ended once')
}
