import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { HealthServer, type Verdict } from '../../src/export/health-server.ts'

interface Answer {
  readonly status: number
  readonly type: string | undefined
  readonly body: string
}

let verdict: Verdict = { good: true, reason: 'alive: well' }
const servers: HealthServer[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function listening(port = 0): Promise<number> {
  const server = new HealthServer({ '/health': () => verdict })
  servers.push(server)
  return server.listen(port)
}

function ask(port: number, path: string, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => {
        const { statusCode = 0, headers } = response
        resolve({ status: statusCode, type: headers['content-type'], body })
      })
    })
    sent.on('error', reject).end()
  })
}

test('a probe gets 200 or 503, with the reason as plain text', async () => {
  const port = await listening()
  const type = 'text/plain; charset=utf-8'
  expect(await ask(port, '/health')).toEqual({ status: 200, type, body: 'alive: well\n' })
  verdict = { good: false, reason: 'stuck: for a while' }
  expect(await ask(port, '/health?full')).toEqual({
    status: 503,
    type,
    body: 'stuck: for a while\n',
  })
  expect(await ask(port, '/health', 'HEAD')).toEqual({ status: 503, type, body: '' })
})

test('other paths and methods are told what there is', async () => {
  const port = await listening()
  expect(await ask(port, '/')).toMatchObject({ status: 404, body: 'there are /health\n' })
  expect(await ask(port, '/constructor')).toMatchObject({ status: 404 })
  expect(await ask(port, '/health', 'POST')).toMatchObject({ status: 405 })
})

test('a port that is taken is refused with a remedy', async () => {
  const port = await listening()
  await expect(listening(port)).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringContaining(`127.0.0.1:${port}`),
    remedy: expect.stringContaining('another port'),
  })
})

test('closing ends the connections that are open', async () => {
  const port = await listening()
  const held = connect(port, '127.0.0.1')
  await new Promise((resolve) => held.once('connect', resolve))
  const ended = new Promise((resolve) => held.once('close', resolve))
  held.on('error', () => {}).resume()
  held.write('GET /health HTTP/1.1\r\n') // and no more of it
  await new Promise((resolve) => setTimeout(resolve, 20))
  servers.pop()!.close()
  await ended
  await expect(ask(port, '/health')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
