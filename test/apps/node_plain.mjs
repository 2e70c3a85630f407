// node_plain.mjs PORT: answers each request at once.
import http from 'node:http'

http
  .createServer((_request, response) => response.end('still here\n'))
  .listen(Number(process.argv[2]), '127.0.0.1')
