// Spoiled sessions of each protocol through sockets, protocols and exchanges.
// `node bench/fuzz.mjs [runs of each] [seed] [folder of test/fixtures…]`
// A run that throws, hangs or keeps anything names itself; the same numbers repeat it.
import { startVitest } from 'vitest/node'

const runs = Number(process.argv[2] ?? 1_000_000)
const seed = Number(process.argv[3] ?? 1)
const folders = process.argv.slice(4)
const vitest = await startVitest('test', ['test/exchanges/fuzz.test.ts'], {
  watch: false,
  project: ['unit'],
  provide: { fuzz: { runs, seed, folders } },
})
await vitest.close()
