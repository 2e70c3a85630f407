import { describe, expect, inject, test } from 'vitest'
import { Random } from '../support/random.ts'
import { playSpoiled } from './mutation.ts'
import { loadSession, SESSION_FOLDERS, sessionsOf } from './session.ts'
import { Traffic } from './traffic.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** bench/fuzz.mjs asks for more, perhaps of some folders only. */
    fuzz?: { runs: number; seed: number; folders: string[] }
  }
}

const { runs, seed, folders } = inject('fuzz') ?? { runs: 600, seed: 1, folders: [] }

describe.each(folders.length > 0 ? folders : SESSION_FOLDERS)('sessions of %s', (folder) => {
  test(`spoiled in ${runs} ways, end each exchange once, keep no memory and never throw`, {
    timeout: 1e9,
  }, () => {
    const sessions = sessionsOf(folder).map((name) => loadSession(folder, name))
    for (let run = 0; run < runs; run++) {
      const random = new Random((seed * 1_000_003 + run) * 2 + 1)
      for (let i = 0; i < 8; i++) random.below(2)
      const traffic = new Traffic({ payloadLimit: 4096 })
      try {
        playSpoiled(traffic, sessions[run % sessions.length]!, random)
        traffic.wait(60)
        traffic.wait(1100)
        const { open, sockets } = traffic.exchanges
        if (open !== 0 || sockets.size !== 0 || sockets.bytesHeld !== 0)
          throw new Error('something is left')
        const { exchanges } = traffic.hearing
        for (const { outcome, sequence, ended } of exchanges) {
          if (outcome === undefined || ended === undefined)
            throw new Error(`${sequence} has no end`)
        }
        const ended = traffic.said.filter((said) => said.startsWith('ended'))
        if (ended.length !== exchanges.length) throw new Error('not each ended once')
      } catch (error) {
        expect.fail(`run ${run} of seed ${seed}: ${(error as Error).stack}`)
      }
    }
  })
})
