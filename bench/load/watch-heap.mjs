// Preloaded into the agent by a benchmark: writes the bytes of its heap into the file named, every second.
import { writeFileSync } from 'node:fs'

const file = process.env.BENCH_HEAP_FILE
setInterval(() => {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  writeFileSync(file, JSON.stringify({ heapUsed, external, arrayBuffers }))
}, 1000).unref()
