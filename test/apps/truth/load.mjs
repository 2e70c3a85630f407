// Asks a server for /WORD/q1, /WORD/q2, ... over kept connections, and says what came of each.
// load.mjs PORT WORD PHASES [--from N] [--deep N] [--rate PER_SECOND] [--together N] [--deadline SECONDS] [--told]
// PHASES is AT_A_TIME:COUNT, several parted by commas: one after the other, over the same
// connections. --deep: requests that are written on a connection before the first is answered.
// --together: requests that are due at the same time, if there is a rate.
// --told: says `busy` on standard error when as many requests were answered as are made at a time;
// the requests of the first phase are counted from SIGUSR2 on, and made without a pause before it.
// Prints one JSON object: { requests: [{ tag, ok, began, ended }], failed }; times in Unix ms.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string', default: '1' },
    deep: { type: 'string', default: '1' },
    rate: { type: 'string', default: '0' },
    together: { type: 'string', default: '1' },
    deadline: { type: 'string', default: '120' },
    told: { type: 'boolean', default: false },
  },
})
const [port, word, phases] = positionals
const deep = Number(values.deep)
const rate = Number(values.rate)
const together = Number(values.together)
const now = () => performance.timeOrigin + performance.now()
const began = now()
const deadline = began + Number(values.deadline) * 1000
const requests = []
const idle = []
let next = Number(values.from)
/** The phase's last request is the one before. */
let until = 0
/** Answers after which the load is busy. */
let busyAt = 0

/** One connection; answers come in the order of the requests. */
class Client {
  #socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
  #waiting = []
  #pending = ''
  ready = new Promise((resolve) => this.#socket.once('connect', resolve).once('error', resolve))

  constructor() {
    this.#socket.setEncoding('latin1').on('data', (text) => this.#read(text))
    this.#socket.on('error', () => {}).on('close', () => this.#lost())
  }

  ask(tags) {
    const asked = tags.map(
      (tag) =>
        new Promise((resolve) => {
          this.#waiting.push({ entry: { tag, ok: false, began: now(), ended: 0 }, resolve })
        }),
    )
    this.#socket.write(
      tags.map((tag) => `GET /${word}/${tag} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`).join(''),
    )
    return Promise.all(asked)
  }

  close() {
    this.#socket.destroy()
  }

  #read(text) {
    this.#pending += text
    for (;;) {
      const end = this.#pending.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = this.#pending.slice(0, end)
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      if (this.#pending.length < end + 4 + length) return
      const body = this.#pending.slice(end + 4, end + 4 + length)
      this.#pending = this.#pending.slice(end + 4 + length)
      this.#done(/^HTTP\/1\.[01] 200 /.test(head), body)
    }
  }

  #done(well, body) {
    const { entry, resolve } = this.#waiting.shift()
    entry.ok = well && body.endsWith(` ${entry.tag}`)
    entry.ended = now()
    requests.push(entry)
    if (requests.length === busyAt) process.stderr.write('busy\n')
    resolve()
  }

  #lost() {
    for (const { entry, resolve } of this.#waiting.splice(0)) {
      requests.push(entry)
      resolve()
    }
  }
}

let turns = 0

/** The next requests are due at their time, if there is a rate. */
async function waitForTurn(count) {
  if (rate === 0) return
  const due = began + (Math.floor(turns / together) * together * 1000) / rate
  turns += count
  await sleep(Math.max(0, due - now()))
}

async function worker() {
  const client = idle.pop() ?? new Client()
  await client.ready
  while (next < until && now() < deadline) {
    const count = Math.min(deep, until - next)
    const tags = Array.from({ length: count }, () => `q${next++}`)
    await waitForTurn(count)
    await client.ask(tags)
  }
  idle.push(client)
}

/** From now on the requests of a phase are counted. */
function begin(count) {
  until = next + count
}

let isFirst = true
for (const phase of phases.split(',')) {
  const [atATime, count] = phase.split(':').map(Number)
  begin(count)
  if (isFirst && values.told) {
    until = Number.POSITIVE_INFINITY
    process.once('SIGUSR2', () => begin(count))
    busyAt = atATime
  }
  isFirst = false
  const workers = Math.max(1, Math.round(atATime / deep))
  await Promise.all(Array.from({ length: workers }, () => worker()))
}
for (const client of idle) client.close()
const wanted = (Number.isFinite(until) ? until : next) - Number(values.from)
const failed = wanted - requests.filter(({ ok }) => ok).length
process.stdout.write(`${JSON.stringify({ requests, failed })}\n`)
