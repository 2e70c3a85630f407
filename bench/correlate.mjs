// Correlation alone: microseconds of one core per exchange. `npm run build && node bench/correlate.mjs [requests]`
// A thread per request, and one loop with 64 requests open at a time; each request makes one call.
const { Correlator } = await import('../dist/correlation/correlator.js')
const { Counters } = await import('../dist/telemetry/counters.js')
const { DataFlag } = await import('../dist/events/layout.js')
const { OperationMoment } = await import('../dist/sockets/operation-moment.js')

const requests = Number(process.argv[2] ?? 100_000)
const OPEN = 64
const HTTP = { pairing: 'in-order' }
const FACTS = { kindOf: () => 'k', threadServes: () => 'one', isExcluded: () => false }

class Script {
  steps = []
  #contexts = 0
  #sequence = 0
  #time = 20e9
  #reads = new Map()
  #context = new Map()
  #up = Array.from({ length: OPEN }, (_, n) => socket(2 * n + 1, 'server'))
  #down = Array.from({ length: OPEN }, (_, n) => socket(1000 + 2 * n, 'client'))

  /** OPEN requests read, their calls made, then all answered. */
  round(loops, n) {
    this.steps = []
    const threads = this.#up.map((_, k) => (loops ? 1 : k + 1))
    const open = this.#up.map((at, k) => {
      this.#context.set(threads[k], 0)
      return [
        this.#open(at, threads[k], n * 100, loops),
        this.#open(this.#down[k], threads[k], n * 100, loops),
      ]
    })
    open.forEach(([request, call], k) => {
      this.#context.set(threads[k], 0)
      this.#answer(call, threads[k], loops)
      this.#answer(request, threads[k], loops)
    })
    const now = this.#time
    this.steps.push((c) => c.tick(now))
    return this.steps
  }

  #moment(at, tid, ingress, loops) {
    this.#reads.set(tid, (this.#reads.get(tid) ?? 0) + (ingress ? 1 : 0))
    if (ingress) this.#context.set(tid, ++this.#contexts)
    this.#time += 20_000
    const context = this.#context.get(tid) ?? 0
    const reads = this.#reads.get(tid)
    const flags = loops ? DataFlag.loops : 0
    const made = new OperationMoment(this.#time, ingress, 100, tid, context, reads, flags)
    this.steps.push((c) => c.operation(at, made))
    return made
  }

  #open(at, tid, start, loops) {
    const opened = this.#moment(at, tid, at.role === 'server', loops)
    const exchange = {
      sequence: ++this.#sequence,
      socket: at,
      protocol: HTTP,
      role: at.role,
      request: { start },
      opened,
      answered: undefined,
      ended: undefined,
      outcome: undefined,
      damaged: false,
    }
    this.steps.push((c) => {
      c.opened(exchange)
      c.carried(exchange, opened)
    })
    return exchange
  }

  #answer(exchange, tid, loops) {
    const at = this.#moment(exchange.socket, tid, exchange.role === 'client', loops)
    this.steps.push((c) => {
      exchange.answered = at
      exchange.ended = at
      c.answered(exchange)
      c.carried(exchange, at)
      c.ended(exchange)
    })
  }
}

function socket(id, role) {
  const clientInitial = id >> 1
  return { id, role, transport: 'tcp', late: false, peerId: 0, clientInitial, serverInitial: 7 }
}

function measure(loops) {
  const script = new Script()
  let placed = 0
  let parented = 0
  let spent = 0
  const correlator = new Correlator(7, FACTS, new Counters(), (_, place) => {
    placed++
    if (place.parent) parented++
  })
  for (let n = 0; n < requests; n += OPEN) {
    const steps = script.round(loops, n)
    const before = process.cpuUsage()
    for (const step of steps) step(correlator)
    const { user, system } = process.cpuUsage(before)
    spent += user + system
  }
  correlator.finish()
  return { placed, parented, each: spent / placed }
}

for (const [name, loops] of [
  ['thread per request', false],
  ['one loop', true],
]) {
  const rounds = Array.from({ length: 5 }, () => measure(loops))
  const each = rounds.map((round) => round.each).toSorted((a, b) => a - b)
  const { placed, parented } = rounds[0]
  console.log(
    `${name}: ${placed} exchanges, ${parented} with a parent, median ${each[2].toFixed(2)} us each (${each[0].toFixed(2)} to ${each[4].toFixed(2)})`,
  )
}
