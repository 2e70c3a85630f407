// Spoiled sessions of each protocol through sockets, protocols and exchanges.
// `node bench/fuzz.mjs [runs of each] [seed] [folder of test/fixtures…]`
// A run that throws, hangs or keeps anything names itself; the same numbers repeat it. A Node that strips
// types by itself (22.18, 23.6 and later) does it without the test runner, and faster.
const runs = Number(process.argv[2] ?? 1_000_000)
const seed = Number(process.argv[3] ?? 1)
const folders = process.argv.slice(4)

if (process.features.typescript) await runHere()
else await runInVitest()

async function runHere() {
  const { loadSession, SESSION_FOLDERS, sessionsOf } = await import('../test/exchanges/session.ts')
  const { runSpoiled } = await import('../test/exchanges/spoiled-run.ts')
  for (const folder of folders.length > 0 ? folders : SESSION_FOLDERS) {
    const sessions = sessionsOf(folder).map((name) => loadSession(folder, name))
    const start = performance.now()
    for (let run = 0; run < runs; run++) {
      try {
        runSpoiled(sessions[run % sessions.length], seed, run)
      } catch (error) {
        console.log(`${folder}: run ${run} of seed ${seed}: ${error.stack}`)
        process.exitCode = 1
        break
      }
    }
    if (!process.exitCode)
      console.log(
        `${folder}: ${runs} of seed ${seed} well, ${((performance.now() - start) / 1000).toFixed(1)} s`,
      )
  }
}

async function runInVitest() {
  const { startVitest } = await import('vitest/node')
  const vitest = await startVitest('test', ['test/exchanges/fuzz.test.ts'], {
    watch: false,
    project: ['unit'],
    provide: { fuzz: { runs, seed, folders } },
  })
  await vitest.close()
}
