// Node's server and clients in many habits: /HABIT/TAG makes calls /call/TAG/N and answers
// "HABIT TAG". Calls that nobody waits for have tags of their own: `b17` of a background timer,
// `q17after` of work after the answer.
// node.mjs PORT DOWNPORT [--pool N] [--background MS] [--share 0.01] [--switch REQUESTS]
//   --share   share of the requests that leave the order, in habits that mix
//   --switch  from a free pool to one of four connections and back, after so many requests each
// With --threads HABIT,HABIT: a worker thread for each, on ports from PORT on.
import { AsyncLocalStorage } from 'node:async_hooks'
import http from 'node:http'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

const { values, positionals } = parseArgs({
  args: isMainThread ? undefined : workerData,
  allowPositionals: true,
  options: {
    pool: { type: 'string', default: '1024' },
    background: { type: 'string', default: '0' },
    share: { type: 'string', default: '0.01' },
    switch: { type: 'string', default: '0' },
    threads: { type: 'string', default: '' },
  },
})
const [port, down] = positionals.map(Number)
const share = Number(values.share)
const every = Number(values.switch)
const pool = new http.Agent({ keepAlive: true, maxSockets: Number(values.pool) })
const small = new http.Agent({ keepAlive: true, maxSockets: 4 })
const storage = new AsyncLocalStorage()
let served = 0

function get(tag, number, agent = pool) {
  return new Promise((resolve, reject) => {
    const path = `/call/${tag}/${number}`
    http
      .get({ agent, host: '127.0.0.1', port: down, path }, (response) =>
        response.resume().on('end', resolve),
      )
      .on('error', reject)
  })
}

const strays = () => Math.random() < share
const some = () => Math.random() * 10

/** At most four at a time, whatever the pool has. */
let free = 4
const queue = []
async function limited(work) {
  if (free > 0) free--
  else await new Promise((resolve) => queue.push(resolve))
  try {
    await work()
  } finally {
    const next = queue.shift()
    if (next) next()
    else free++
  }
}

/** One call at a time leaves the queue, made by whoever put the first one in. */
const jobs = []
let sending = false
async function send() {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    await get(job.tag, job.number)
    job.done()
  }
  sending = false
}
function byTheSender(tag, number) {
  return new Promise((done) => {
    jobs.push({ tag, number, done })
    if (sending) return
    sending = true
    send()
  })
}

const HABITS = {
  async order(tag) {
    await get(tag, 1)
    await get(tag, 2)
  },
  async fetch(tag) {
    for (const number of [1, 2])
      await (await fetch(`http://127.0.0.1:${down}/call/${tag}/${number}`)).text()
  },
  async fanout(tag) {
    await Promise.all([get(tag, 1), get(tag, 2)])
  },
  async chain(tag) {
    for (const number of [1, 2, 3, 4]) await get(tag, number)
  },
  async timer(tag) {
    for (const number of [1, 2]) {
      await sleep(some())
      await get(tag, number)
    }
  },
  async immediate(tag) {
    for (const number of [1, 2]) {
      await turn()
      await get(tag, number)
    }
  },
  async semaphore(tag) {
    if (Number(tag.slice(1)) % 2 === 0) return HABITS.order(tag)
    for (const number of [1, 2]) await limited(() => get(tag, number))
  },
  async sender(tag) {
    await byTheSender(tag, 1)
    await byTheSender(tag, 2)
  },
  async mixtimer(tag) {
    await HABITS[strays() ? 'timer' : 'order'](tag)
  },
  async miximmediate(tag) {
    await HABITS[strays() ? 'immediate' : 'order'](tag)
  },
  async mixfanout(tag) {
    await HABITS[strays() ? 'timer' : 'fanout'](tag)
  },
  async mixall(tag) {
    if (strays()) return HABITS[['timer', 'immediate', 'slow'][Math.floor(Math.random() * 3)]](tag)
    await HABITS[['order', 'fanout', 'chain'][Math.floor(Math.random() * 3)]](tag)
  },
  async slow(tag) {
    for (const number of [1, 2, 3, 4]) {
      await sleep(400)
      await get(tag, number)
    }
  },
  async switch(tag) {
    const agent = every > 0 && Math.floor(served / every) % 2 === 1 ? small : pool
    await get(tag, 1, agent)
    await get(tag, 2, agent)
  },
  async smallpool(tag) {
    await get(tag, 1, small)
    await get(tag, 2, small)
  },
  stored: (tag) => storage.run({ tag }, HABITS.timer, tag),
}

/** `stored-HABIT` does the same with an AsyncLocalStorage around it. */
function workOf(habit) {
  const [first, rest] = habit.split('-')
  if (first !== 'stored' || !rest) return HABITS[habit] ?? HABITS.order
  return (tag) => storage.run({ tag }, HABITS[rest], tag)
}

/** Answers first and works then: in the same turn, or in a later one. */
async function answerFirst(habit, tag, response) {
  response.end(`${habit} ${tag}`)
  if (habit === 'later') await turn()
  await HABITS.fanout(`${tag}after`)
}

function serve(at) {
  http
    .createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
      const [, habit, tag] = request.url.split('/')
      served++
      if ((habit === 'after' || habit === 'later') && strays())
        return answerFirst(habit, tag, response)
      await workOf(habit)(tag)
      response.end(`${habit} ${tag}`)
    })
    .listen(at, '127.0.0.1')
}

/** While there are requests: what the agent sees from its start to its end. */
function callInTheBackground(ms) {
  let count = 0
  let before = 0
  let quiet = 0
  setInterval(() => {
    quiet = served === before ? quiet + ms : 0
    before = served
    if (served > 0 && quiet < 100) get(`b${++count}`, 1).catch(() => {})
  }, ms)
}

if (isMainThread && values.threads !== '') {
  values.threads.split(',').forEach((_, i) => {
    new Worker(new URL(import.meta.url), { workerData: [String(port + i), String(down)] })
  })
} else {
  serve(port)
  if (Number(values.background) > 0) callInTheBackground(Number(values.background))
}
