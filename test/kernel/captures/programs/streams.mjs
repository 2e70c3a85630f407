// Node, both ends: `server PATTERN` or `client PATTERN PORT CONNECTIONS REQUESTS`.
// Every stream's bytes follow from their place (test/kernel/captures/pattern.ts).
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'

const PERIOD = 65_521
const [mode, path, port, connections, requests] = process.argv.slice(2)
const pattern = readFileSync(path)

/** Bytes of request (end 0) or response (end 1) number `i`. */
function sizeOf(i, end) {
  const size = ((i * 7919 + end * 4001) % 1777) + 1
  return i % 64 === 63 ? size * 16 : size
}

/** One end: writes message `i` of its stream once message `i` of the other was read. */
function speak(socket, number, end, count) {
  let sent = 0
  let received = 0
  let next = 0
  let due = end === 1 ? sizeOf(0, 0) : 0

  function write(size) {
    const at = (sent + number * 7919 + end * 31_337) % PERIOD
    const bytes = pattern.subarray(at, at + size)
    sent += size
    if (next % 3 > 0) return socket.write(bytes)
    socket.cork() // one writev
    for (let from = 0; from < size; from += 400) socket.write(bytes.subarray(from, from + 400))
    socket.uncork()
  }
  function step() {
    write(sizeOf(next, end))
    next++
    due += sizeOf(end === 1 ? next : next - 1, 1 - end)
  }
  socket.on('data', (data) => {
    received += data.length
    if (received < due) return
    if (end === 0 && next === count) socket.end()
    else step()
  })
  socket.on('error', () => {})
  if (end === 0) step()
}

if (mode === 'server') {
  const server = createServer((socket) => speak(socket, socket.remotePort, 1))
  server.listen(0, '127.0.0.1', () => console.log(server.address().port))
} else {
  for (let c = 0; c < Number(connections); c++) {
    const socket = connect(Number(port), '127.0.0.1', () => {
      speak(socket, socket.localPort, 0, Number(requests))
    })
  }
}
