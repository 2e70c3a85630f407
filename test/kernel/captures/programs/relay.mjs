// Stands between clients and a server and writes down what crosses: FOLDER/PORT.CLIENTPORT.WRITER holds
// the bytes of the client (writer 0) and of the server (1), for its connections on both sides.
//   relay.mjs PORT SERVERPORT FOLDER     until SIGTERM
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'

const [port, serverPort] = process.argv.slice(2, 4).map(Number)
const folder = process.argv[4]

createServer((client) => {
  const upstream = connect(serverPort, '127.0.0.1')
  const crossed = [[], []]
  const ends = [`${port}.${client.remotePort}`]
  upstream.on('connect', () => ends.push(`${serverPort}.${upstream.localPort}`))
  relay(client, upstream, crossed[0])
  relay(upstream, client, crossed[1])
  let open = 2
  for (const socket of [client, upstream]) {
    socket.on('close', () => {
      if (--open > 0) return
      for (const writer of [0, 1])
        for (const end of ends)
          writeFileSync(join(folder, `${end}.${writer}`), Buffer.concat(crossed[writer]))
    })
  }
}).listen(port, '127.0.0.1')

process.once('SIGTERM', () => process.exit(0))

function relay(from, to, crossed) {
  from.on('data', (bytes) => {
    crossed.push(bytes)
    to.write(bytes)
  })
  from.on('end', () => to.end())
  from.on('error', () => to.destroy())
}
