// Node's own server and client, kept connections; two calls for each request, one after the other.
// node-server.mjs PORT DOWNPORT
import http from 'node:http'

const [port, down] = process.argv.slice(2).map(Number)
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 })

function call(tag, number) {
  return new Promise((resolve, reject) => {
    const path = `/call/${tag}/${number}`
    const request = http.get({ agent, host: '127.0.0.1', port: down, path }, (response) => {
      response.resume()
      response.on('end', resolve)
    })
    request.setTimeout(10_000, () => request.destroy(new Error('timeout')))
    request.on('error', reject)
  })
}

http
  .createServer(async (request, response) => {
    const tag = request.url.split('/')[2]
    try {
      await call(tag, 1)
      await call(tag, 2)
    } catch {
      response.statusCode = 502
    }
    response.end(`front ${tag}`)
  })
  .listen(port, '127.0.0.1')
