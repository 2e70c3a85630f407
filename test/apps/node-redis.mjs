// Two commands for each request, all on one connection: what a turn of the loop asks for is one write.
//   node node-redis.mjs PORT REDISPORT   answers /front/TAG after SET and GET
import { createServer } from 'node:http'
import { connect } from 'node:net'

const [port, store] = process.argv.slice(2).map(Number)
const socket = connect(store, '127.0.0.1')
const waiting = []
let unsent = ''
let unread = ''

function ask(...words) {
  if (unsent === '') setImmediate(flush)
  unsent += `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`
  return new Promise((resolve) => waiting.push(resolve))
}

function flush() {
  socket.write(unsent)
  unsent = ''
}

/** Statuses and strings: all that SET and GET are answered with. */
socket.on('data', (bytes) => {
  unread += bytes
  for (;;) {
    const line = unread.indexOf('\r\n')
    if (line === -1) return
    const length = unread[0] === '$' ? Math.max(0, Number(unread.slice(1, line))) + 2 : 0
    const end = line + 2 + length
    if (unread.length < end) return
    waiting.shift()(length > 0 ? unread.slice(line + 2, end - 2) : unread.slice(1, line))
    unread = unread.slice(end)
  }
})

createServer(async (request, response) => {
  const tag = request.url.split('/')[2]
  await ask('SET', `${tag}:key`, tag)
  const value = await ask('GET', `${tag}:key`)
  response.end(value === tag ? `front ${tag}` : 'wrong answer')
}).listen(port, '127.0.0.1')
