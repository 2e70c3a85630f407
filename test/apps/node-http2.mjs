// HTTP/2 without TLS; a front makes two requests of it for each of its own, all on one connection.
//   node node-http2.mjs PORT            answers /call/TAG/N over HTTP/2 after up to 15 ms
//   node node-http2.mjs PORT DOWNPORT   answers /front/TAG over HTTP/1 after two requests
import { createServer } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'

const [port, down] = process.argv.slice(2).map(Number)

if (down) {
  const session = connect(`http://127.0.0.1:${down}`)
  const ask = (path) =>
    new Promise((resolve, reject) => {
      let text = ''
      session
        .request({ ':path': path })
        .setEncoding('utf8')
        .on('data', (part) => {
          text += part
        })
        .on('end', () => resolve(text))
        .on('error', reject)
    })
  createServer(async (request, response) => {
    const tag = request.url.split('/')[2]
    for (const number of [1, 2]) {
      const answer = await ask(`/call/${tag}/${number}`)
      if (answer !== `call ${tag} ${number}`) return response.end('wrong answer')
    }
    response.end(`front ${tag}`)
  }).listen(port, '127.0.0.1')
} else {
  createHttp2Server((request, response) => {
    const answer = request.url.split('/').slice(1).join(' ')
    void sleep(Math.random() * 15).then(() => response.end(answer))
  }).listen(port, '127.0.0.1')
}
