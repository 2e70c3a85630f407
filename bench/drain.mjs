// Draining alone, without a kernel: events a second on one core. `npm run build && node bench/drain.mjs [events]`
// Two CPUs, bursts of 16, merged in one order; to nobody, to empty handlers, and to a recording in memory.
const { Drain } = await import('../dist/ring/drain.js')
const { Dispatcher } = await import('../dist/events/dispatch.js')
const { DataEvent } = await import('../dist/events/layout.js')
const { Recorder } = await import('../dist/events/recorder.js')
const { RecordingFile } = await import('../dist/events/recording-file.js')
const { Redactor } = await import('../dist/events/redaction/redactor.js')
const { Counters } = await import('../dist/telemetry/counters.js')

const PAGE = 4096
const SIZE = 1 << 25
const STRIDE = 49_344
const CPUS = 2
const rounds = Math.max(1, Math.round(Number(process.argv[2] ?? 2_000_000) / 200_000))

function ring(cpu) {
  const mapping = new ArrayBuffer(PAGE + SIZE)
  return {
    memory: { cpu, mapping, dataAt: PAGE, size: SIZE },
    positions: new BigUint64Array(mapping, 1024, 2),
    words: new Uint32Array(mapping, PAGE),
    bytes: Buffer.from(mapping, PAGE),
  }
}

/** Bursts of 16 data events each; returns how many events there are. */
function fill(rings, size, count, clock) {
  let written = 0
  for (; written < count; written += 16) {
    const { words, bytes, positions } = rings[(written >> 4) % CPUS]
    const record = 12 + 16 * size + 4
    let head = Number(positions[0])
    const at = head % SIZE
    if (at + record > SIZE) {
      // a record of another kind up to the end: nothing wraps here
      words[at >> 2] = 11
      words[(at + 4) >> 2] = (SIZE - at) << 16
      head += SIZE - at
      positions[0] = BigInt(head)
      written -= 16
      continue
    }
    words[at >> 2] = 9
    words[(at + 4) >> 2] = record << 16
    words[(at + 8) >> 2] = 16 * size + 4
    for (let i = 0; i < 16; i++) {
      const word = (at + 12 + i * size) >> 2
      clock.time += 50
      words[word] = size
      words[word + 1] = 2
      words[word + 2] = clock.time % 2 ** 32
      words[word + 3] = Math.floor(clock.time / 2 ** 32)
      words[word + 4] = 1 + (i & 7)
      words[word + 16] = size - DataEvent.size
      words[word + 17] = size - DataEvent.size
      words[word + 18] = 4 // position unknown
      bytes.write(
        'GET /cart/7?user=ann HTTP/1.1\r\nHost: shop\r\nCookie: id=1\r\n\r\n',
        at + 12 + i * size + DataEvent.size,
        size - DataEvent.size,
        'latin1',
      )
    }
    positions[0] = BigInt(head + record)
  }
  return written
}

const NOBODY = { event: () => {}, lost: () => {}, drained: () => {} }
const HANDLERS = {
  socket: () => {},
  close: () => {},
  exec: () => {},
  exit: () => {},
  lost: () => {},
  tick: () => {},
  data: (event, _time, bytes) => {
    seen.sum += event.position + event.captured + bytes[event.payloadAt]
  },
}
const disk = {
  write: async (_bytes, _from, length) => ({ bytesWritten: length }),
  truncate: async () => {},
  close: async () => {},
}
/** Read, so that nobody optimises the reading away. */
const seen = { sum: 0 }

for (const size of [DataEvent.size + 24, 512]) {
  for (const kind of ['nobody', 'empty handlers', 'recording']) {
    const counters = new Counters()
    const clock = { time: 1, now: () => clock.time + 1e9, unix: () => 0n }
    const rings = Array.from({ length: CPUS }, (_, cpu) => ring(cpu))
    const bursts = { mapping: new ArrayBuffer(CPUS * STRIDE), stride: STRIDE }
    const dispatcher = new Dispatcher(HANDLERS, counters, (error) => {
      throw error
    })
    let file
    let sink = kind === 'nobody' ? NOBODY : dispatcher
    if (kind === 'recording') {
      file = new RecordingFile(disk, Buffer.alloc(16), ({ reason }) =>
        console.log(`recording stopped: ${reason}`),
      )
      sink = new Recorder(dispatcher, file, new Redactor({ keepBodies: false, keepQueries: false }))
    }
    const drain = new Drain({
      rings: rings.map((r) => r.memory),
      bursts,
      flusher: { flush: () => 'flushed' },
      sink,
      clock,
      start: 0n,
      counter: counters.transport,
    })
    const rates = []
    for (let round = 0; round < rounds; round++) {
      const events = fill(rings, size, kind === 'recording' ? 16_000 : 100_000, clock)
      const before = process.hrtime.bigint()
      let drained = 0
      do drained += drain.turn()
      while (drain.midway)
      rates.push(drained / (Number(process.hrtime.bigint() - before) / 1e9))
      if (drained !== events) throw new Error(`${drained} of ${events} events`)
      await new Promise((resolve) => setTimeout(resolve, kind === 'recording' ? 100 : 20))
    }
    await file?.end()
    const median = rates.toSorted((a, b) => a - b)[rates.length >> 1]
    console.log(
      `${size} bytes to ${kind}: ${(median / 1e6).toFixed(2)} million events/s (${(1e9 / median).toFixed(0)} ns each)`,
    )
  }
}
