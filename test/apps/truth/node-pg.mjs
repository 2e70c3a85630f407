// Two queries for each request: /HABIT/TAG asks for '/call/TAG/1' and '/call/TAG/2' and answers "HABIT TAG".
//   node node-pg.mjs PORT POSTGRESQLPORT CONNECTIONS   a pool of node-postgres
import { createServer } from 'node:http'
import { createRequire } from 'node:module'

const PACKAGES = new URL('../../../bench/truth/packages/', import.meta.url)
const [port, store, max] = process.argv.slice(2).map(Number)
const { Pool } = createRequire(PACKAGES)('pg')
const pool = new Pool({ host: '127.0.0.1', port: store, user: 'shop', database: 'postgres', max })

createServer(async (request, response) => {
  const [habit, tag] = request.url.slice(1).split('/')
  for (const number of [1, 2]) {
    const path = `/call/${tag}/${number}`
    const { rows } = await pool.query(
      `SELECT pg_sleep(random() * 0.01)::text, '${path}'::text AS path WHERE $1 = 1`,
      [1],
    )
    if (rows[0].path !== path) return response.end('wrong answer')
  }
  response.end(`${habit} ${tag}`)
}).listen(port, '127.0.0.1')
