// Two commands for each request: /HABIT/TAG counts /call/TAG/1 and /call/TAG/2 and answers "HABIT TAG".
//   node node-redis.mjs PORT REDISPORT   one connection for all: what a turn of the loop asks for is one write
import { createServer } from 'node:http'
import { connect } from 'node:net'

const [port, store] = process.argv.slice(2).map(Number)
const socket = connect(store, '127.0.0.1')
const waiting = []
let unsent = ''
let unread = ''

function increment(key) {
  if (unsent === '') setImmediate(flush)
  unsent += `*2\r\n$4\r\nINCR\r\n$${key.length}\r\n${key}\r\n`
  return new Promise((resolve) => waiting.push(resolve))
}

function flush() {
  socket.write(unsent)
  unsent = ''
}

/** Numbers are all that INCR is answered with. */
socket.on('data', (bytes) => {
  const lines = (unread + bytes).split('\r\n')
  unread = lines.pop()
  for (const line of lines) waiting.shift()(line)
})

createServer(async (request, response) => {
  const [habit, tag] = request.url.slice(1).split('/')
  for (const number of [1, 2]) {
    const count = await increment(`/call/${tag}/${number}`)
    if (count !== ':1') return response.end('wrong answer')
  }
  response.end(`${habit} ${tag}`)
}).listen(port, '127.0.0.1')
