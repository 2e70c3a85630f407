// A Node server whose calls share a few pipelined connections: a call is written at once, whether
// or not those before it were answered. /HABIT/TAG makes the calls /call/TAG/1 and 2.
// pipelining.mjs PORT DOWNPORT CONNECTIONS
import http from 'node:http'
import { connect } from 'node:net'

const [port, down, connections] = process.argv.slice(2).map(Number)

class Pipe {
  waiting = []
  #pending = ''
  #socket = connect({ port: down, host: '127.0.0.1', noDelay: true })

  constructor() {
    this.#socket.setEncoding('latin1').on('data', (text) => this.#read(text))
  }

  call(tag, number) {
    return new Promise((resolve) => {
      this.waiting.push(resolve)
      this.#socket.write(`GET /call/${tag}/${number} HTTP/1.1\r\nHost: down\r\n\r\n`)
    })
  }

  #read(text) {
    this.#pending += text
    for (;;) {
      const end = this.#pending.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/content-length: *(\d+)/i.exec(this.#pending.slice(0, end))[1])
      if (this.#pending.length < end + 4 + length) return
      this.#pending = this.#pending.slice(end + 4 + length)
      this.waiting.shift()()
    }
  }
}

const pipes = Array.from({ length: connections }, () => new Pipe())
let turn = 0
const call = (tag, number) => pipes[turn++ % pipes.length].call(tag, number)

http
  .createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    const [, habit, tag] = request.url.split('/')
    await call(tag, 1)
    await call(tag, 2)
    response.end(`${habit} ${tag}`)
  })
  .listen(port, '127.0.0.1')
