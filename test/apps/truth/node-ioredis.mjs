// Two commands for each request: /HABIT/TAG counts /call/TAG/1 and /call/TAG/2 and answers "HABIT TAG".
//   node node-ioredis.mjs PORT REDISPORT shared|pipelining   one connection of ioredis for all; `pipelining`:
//                                                            what a turn of the loop asks for is one write
import { createServer } from 'node:http'
import { createRequire } from 'node:module'

const PACKAGES = new URL('../../../bench/truth/packages/', import.meta.url)
const [port, store] = process.argv.slice(2, 4).map(Number)
const enableAutoPipelining = process.argv[4] === 'pipelining'
const Redis = createRequire(PACKAGES)('ioredis')
const redis = new Redis({ host: '127.0.0.1', port: store, enableAutoPipelining })

createServer(async (request, response) => {
  const [habit, tag] = request.url.slice(1).split('/')
  for (const number of [1, 2]) {
    const count = await redis.incr(`/call/${tag}/${number}`)
    if (count !== 1) return response.end('wrong answer')
  }
  response.end(`${habit} ${tag}`)
}).listen(port, '127.0.0.1')
