import { describe, expect, inject, test } from 'vitest'
import { loadSession, SESSION_FOLDERS, sessionsOf } from './session.ts'
import { runSpoiled } from './spoiled-run.ts'

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
      try {
        runSpoiled(sessions[run % sessions.length]!, seed, run)
      } catch (error) {
        expect.fail(`run ${run} of seed ${seed}: ${(error as Error).stack}`)
      }
    }
  })
})
