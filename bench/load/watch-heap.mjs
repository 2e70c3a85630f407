// Preloaded into the agent by a benchmark: writes the bytes of its heap into the file named, every second; `live` is what
// was left of them by the last full collection, which it asks for now and then, and at SIGUSR2: garbage that waits tells
// nothing of leaks.
import { renameSync, writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Seconds. */
const COLLECT_EACH = 30

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const file = process.env.BENCH_HEAP_FILE
let live = 0
let seconds = 0

function collectNow() {
  collect()
  live = process.memoryUsage().heapUsed
}

process.on('SIGUSR2', collectNow)
setInterval(() => {
  if (seconds++ % COLLECT_EACH === 0) collectNow()
  const { heapUsed, external } = process.memoryUsage()
  writeFileSync(`${file}.part`, JSON.stringify({ live, heapUsed, external }))
  renameSync(`${file}.part`, file)
}, 1000).unref()
