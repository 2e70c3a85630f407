// Both sides of an nginx: `FOLDER PATTERN NGINX_PORT CONNECTIONS REQUESTS`, with UPSTREAM_PORT before
// them: a client, and the server behind it. What every connection carried is kept in the folder, as
// SERVER_PORT.CLIENT_PORT.END, END being who wrote it.
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'

const [upstreamPort, folder, path, nginxPort, connections, requests] = process.argv.slice(2)
const pattern = readFileSync(path)
const kept = []

function sizeOf(i, end) {
  const size = ((i * 7919 + end * 4001) % 1777) + 1
  return i % 64 === 63 ? size * 16 : size
}

/** Writes through, and keeps, what a socket carries; `end` is its own. */
class Kept {
  constructor(socket, end) {
    this.socket = socket
    this.end = end
    const { localPort, remotePort } = socket
    this.name = end === 0 ? `${remotePort}.${localPort}` : `${localPort}.${remotePort}`
    this.streams = [[], []]
    kept.push(this)
  }

  write(bytes) {
    this.streams[this.end].push(bytes)
    this.socket.write(bytes)
  }

  received(bytes) {
    this.streams[1 - this.end].push(bytes)
  }

  save() {
    for (const end of [0, 1]) {
      writeFileSync(`${folder}/${this.name}.${end}`, Buffer.concat(this.streams[end]))
    }
  }
}

/** Calls back with each whole message: its start line and how long its body is. */
class Messages {
  constructor(onMessage) {
    this.onMessage = onMessage
    this.rest = Buffer.alloc(0)
  }

  add(data) {
    this.rest = this.rest.length === 0 ? data : Buffer.concat([this.rest, data])
    for (;;) {
      const end = this.rest.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = this.rest.latin1Slice(0, end)
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)[1])
      if (this.rest.length < end + 4 + length) return
      this.rest = this.rest.subarray(end + 4 + length)
      this.onMessage(head)
    }
  }
}

function message(start, i, end) {
  const size = sizeOf(i, end)
  const at = (i * 7919 + end * 31_337) % 65_521
  const head = `${start}\r\nHost: here\r\nContent-Length: ${size}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), pattern.subarray(at, at + size)])
}

const upstream = createServer((socket) => {
  const own = new Kept(socket, 1)
  const messages = new Messages((head) => {
    own.write(message('HTTP/1.1 200 OK', Number(/\/(\d+) /.exec(head)[1]), 1))
  })
  socket.on('data', (data) => {
    own.received(data)
    messages.add(data)
  })
})

let open = Number(connections)
function ask() {
  const socket = connect(Number(nginxPort), '127.0.0.1', () => {
    const own = new Kept(socket, 0)
    let next = 0
    const messages = new Messages(() => {
      if (++next < Number(requests)) own.write(message(`POST /${next} HTTP/1.1`, next, 0))
      else socket.end()
    })
    socket.on('data', (data) => {
      own.received(data)
      messages.add(data)
    })
    own.write(message('POST /0 HTTP/1.1', 0, 0))
  })
  socket.on('close', () => {
    if (--open === 0) finish()
  })
}

/** The streams are complete: nginx has answered everything. */
function finish() {
  for (const own of kept) own.save()
  process.exit(0)
}

upstream.listen(Number(upstreamPort), '127.0.0.1', () => {
  for (let c = 0; c < Number(connections); c++) ask()
})
