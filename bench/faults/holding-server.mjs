// Answers at once; not at all what is asked under /hold, of which it prints a line.
// With DOWN it asks there, on a connection for each request, and answers 502 when that breaks.
// holding-server.mjs PORT [DOWN]
import { createServer, get } from 'node:http'

const [port, down] = process.argv.slice(2).map(Number)

function proxy({ url }, response) {
  const call = get({ port: down, host: '127.0.0.1', path: url, agent: false }, (answer) => {
    answer.pipe(response)
  })
  call.on('error', () => response.writeHead(502).end('bad gateway\n'))
}

function serve({ url }, response) {
  if (url.startsWith('/hold')) process.stdout.write('holds\n')
  else response.end('quick\n')
}

createServer(down ? proxy : serve).listen(port, '127.0.0.1')
