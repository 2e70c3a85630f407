// Correlation alone: microseconds of one core per exchange. `npm run build && node bench/correlate.mjs [requests]`
// Three shapes: a thread per request, a loop with many requests open, unparented calls.
const { Correlator } = await import('../dist/correlation/correlator.js')
const { Counters } = await import('../dist/telemetry/counters.js')

const MS = 1e6
const requests = Number(process.argv[2] ?? 100_000)
const OPEN = 64

function script(loops) {
  const steps = []
  let contexts = 0
  let sequence = 0
  let time = 20_000 * MS
  const reads = new Map()
  const context = new Map()
  const socket = (id, role) => ({ id, role, transport: 'tcp', late: false, peerId: 0, clientInitial: id >> 1, serverInitial: 7 })
  const moment = (at, tid, ingress) => {
    reads.set(tid, (reads.get(tid) ?? 0) + (ingress ? 1 : 0))
    if (ingress) context.set(tid, ++contexts)
    const made = { time: (time += 20_000), ingress, tgid: 100, tid, context: context.get(tid) ?? 0, turn: 0, activity: 0, reads: reads.get(tid), loops, atConnect: false, threadLate: false }
    steps.push((c) => c.operation(at, made))
    return made
  }
  const open = (at, tid, start) => {
    const opened = moment(at, tid, at.role === 'server')
    const exchange = { sequence: ++sequence, socket: at, role: at.role, request: { start }, opened, answered: undefined, ended: undefined, outcome: undefined, damaged: false }
    steps.push((c) => { c.opened(exchange); c.carried(exchange, opened) })
    return exchange
  }
  const answer = (exchange, tid) => {
    const at = moment(exchange.socket, tid, exchange.role === 'client')
    steps.push((c) => { exchange.answered = at; exchange.ended = at; c.answered(exchange); c.carried(exchange, at); c.ended(exchange) })
  }
  const turn = (tid) => context.set(tid, 0)
  const up = Array.from({ length: OPEN }, (_, n) => socket(2 * n + 1, 'server'))
  const down = Array.from({ length: OPEN }, (_, n) => socket(1000 + 2 * n, 'client'))
  for (let n = 0; n < requests; n += OPEN) {
    const batch = up.map((at, k) => { turn(loops ? 1 : k); return [open(at, loops ? 1 : k, n * 100), open(down[k], loops ? 1 : k, n * 100)] })
    batch.forEach(([request, call], k) => { turn(loops ? 1 : k); answer(call, loops ? 1 : k); answer(request, loops ? 1 : k) })
    const now = time
    steps.push((c) => c.tick(now))
  }
  return steps
}

for (const [name, loops] of [['thread per request', false], ['one loop', true]]) {
  const rates = []
  for (let round = 0; round < 5; round++) {
    const steps = script(loops)
    let placed = 0
    let parented = 0
    const correlator = new Correlator(7, { kindOf: () => 'k', threadIsActivity: () => true, isExcluded: () => false }, new Counters(), (_, place) => { placed++; if (place.parent) parented++ })
    const before = process.cpuUsage()
    for (const step of steps) step(correlator)
    correlator.finish()
    const { user, system } = process.cpuUsage(before)
    rates.push((user + system) / placed)
    if (round === 4) console.log(`${name}: ${placed} exchanges, ${parented} with a parent, ${rates.map((r) => r.toFixed(2)).join(' ')} us each (median ${rates.toSorted((a, b) => a - b)[2].toFixed(2)})`)
  }
}
