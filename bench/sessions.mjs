// The recorded sessions of test/fixtures as socket events in memory, to be played again and again.
import { readdirSync, readFileSync } from 'node:fs'

const { CloseEvent, DataEvent, DataFlag, Direction, SocketEvent, SocketRole } = await import(
  '../dist/events/layout.js'
)

const FIXTURES = new URL('../test/fixtures/', import.meta.url)
const AF_INET = 2
const TCP = 6
const UDP = 17
const TCP_CLOSE = 7
const DNS = 53

function setId(view, at, value) {
  view.setUint32(at, value >>> 0, true)
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
}

/** One operation of a server's end: its payload in one memory with the event, as the ring has them. */
function operation(from, payload, datagrams) {
  const memory = new Uint8Array(DataEvent.size + payload.length)
  memory.set(payload, DataEvent.size)
  const view = new DataView(memory.buffer)
  view.setUint32(40, 100, true)
  view.setUint32(44, 1, true)
  view.setUint32(64, payload.length, true)
  view.setUint32(68, payload.length, true)
  view.setUint16(72, payload.length === 0 ? DataFlag.end : 0, true)
  view.setUint8(74, from === 'C' ? Direction.ingress : Direction.egress)
  view.setUint8(75, SocketRole.server)
  return { event: new DataEvent(view), view, memory, from, length: datagrams ? 0 : payload.length }
}

/** Connections of one session, each a list of operations. */
function readSession(text) {
  const datagrams = text.split('\n').includes('DATAGRAMS')
  const connections = [[]]
  for (const line of text.split('\n')) {
    if (line === 'NEXT') connections.push([])
    else if (/^[CS] /.test(line)) {
      const bytes = Buffer.from(JSON.parse(line.slice(2)), 'latin1')
      connections.at(-1).push(operation(line[0], bytes, datagrams))
    } else if (line === 'C.') connections.at(-1).push(operation('C', Buffer.alloc(0), datagrams))
  }
  return connections.map((operations) => ({ operations, datagrams }))
}

/** Connections of all sessions, by folder of test/fixtures. */
export function recordedConnections() {
  const folders = readdirSync(FIXTURES, { withFileTypes: true }).filter((one) => one.isDirectory())
  return folders.map(({ name }) => {
    const folder = new URL(`${name}/`, FIXTURES)
    const files = readdirSync(folder).filter((file) => file.endsWith('.txt'))
    const texts = files.map((file) => readFileSync(new URL(file, folder), 'utf8'))
    return { name, connections: texts.flatMap(readSession) }
  })
}

const socketView = new DataView(new ArrayBuffer(SocketEvent.size))
const closeView = new DataView(new ArrayBuffer(CloseEvent.size))

/** Tells all operations of a connection to an `Exchanges`, under a new socket id; returns the time after. */
export function play(exchanges, { operations, datagrams }, id, start) {
  setId(socketView, 16, id)
  socketView.setUint16(72, AF_INET, true)
  socketView.setUint16(74, datagrams ? UDP : TCP, true)
  socketView.setUint16(76, datagrams ? DNS : 8080, true)
  socketView.setUint8(128, SocketRole.server)
  exchanges.socket(new SocketEvent(socketView))
  let time = start
  let asked = 0
  let answered = 0
  for (const { event, view, memory, from, length } of operations) {
    setId(view, 16, id)
    setId(view, 32, from === 'C' ? asked : answered)
    if (from === 'C') asked += length
    else answered += length
    time += 1000
    exchanges.data(event, time, memory)
  }
  setId(closeView, 16, id)
  closeView.setUint8(32, TCP_CLOSE)
  exchanges.close(new CloseEvent(closeView), time)
  return time
}
