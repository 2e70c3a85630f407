import { connect, createServer, type Server } from 'node:net'
import { ServerCredentials } from '@grpc/grpc-js'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Certificates } from './certificates.ts'
import { LiveSink, until } from './live-sink.ts'
import { OtlpServer } from './otlp-server.ts'

// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
const certificates = new Certificates()
const untouched = { ...process.env }
let server: OtlpServer

beforeEach(() => {
  server = new OtlpServer()
})
afterEach(() => {
  server.stop()
  for (const name of Object.keys(process.env))
    if (name.startsWith('OTEL_') && !(name in untouched)) delete process.env[name]
})
afterAll(() => certificates.remove())

async function exports(endpoint: string, count = 3, deadlineMs = 2000): Promise<LiveSink> {
  const live = new LiveSink(endpoint)
  live.give(count)
  await live.sink.shutdown(deadlineMs)
  return live
}

function tls(clientAuthority: Buffer | null = null): ServerCredentials {
  const pair = {
    private_key: certificates.read('server.key'),
    cert_chain: certificates.read('server.crt'),
  }
  return ServerCredentials.createSsl(clientAuthority, [pair], clientAuthority !== null)
}

describe('the endpoint', () => {
  test('http:// is plain text', async () => {
    await server.listen()
    const live = await exports(`http://127.0.0.1:${server.port}`)
    expect(live.counters.spans.get('exported')).toBe(3)
    expect(server.spans.map((span) => span.service)).toEqual(['shop', 'shop', 'shop'])
  })

  test('https:// trusts OTEL_EXPORTER_OTLP_CERTIFICATE, and says nothing about a client key', async () => {
    process.env.OTEL_EXPORTER_OTLP_CERTIFICATE = certificates.path('ca.pem')
    await server.listen('127.0.0.1:0', tls())
    const live = await exports(`https://localhost:${server.port}`)
    expect(live.counters.spans.get('exported')).toBe(3)
    expect(live.lines).toEqual([])
  })

  test('https:// trusts no server of an unknown authority', async () => {
    await server.listen('127.0.0.1:0', tls())
    const live = await exports(`https://localhost:${server.port}`, 3, 400)
    expect(live.counters.spans.get('exported')).toBe(0)
    expect(live.counters.spans.get('shutdown')).toBe(3)
    expect(live.lines.join('')).toMatch(/certificate/)
  })

  test('https:// stays TLS even if INSECURE is true', async () => {
    process.env.OTEL_EXPORTER_OTLP_INSECURE = 'true'
    await server.listen()
    const live = await exports(`https://localhost:${server.port}`, 3, 400)
    expect(live.counters.spans.get('exported')).toBe(0)
  })

  test('host:port is TLS, and plain text if INSECURE is true', async () => {
    process.env.OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE = certificates.path('ca.pem')
    await server.listen('127.0.0.1:0', tls())
    expect((await exports(`localhost:${server.port}`)).counters.spans.get('exported')).toBe(3)
    server.stop()
    process.env.OTEL_EXPORTER_OTLP_INSECURE = 'true'
    await server.listen('127.0.0.1:0')
    expect((await exports(`localhost:${server.port}`)).counters.spans.get('exported')).toBe(3)
  })

  test('unix:// with INSECURE is a socket in the file system', async () => {
    process.env.OTEL_EXPORTER_OTLP_INSECURE = 'true'
    const path = certificates.path('otlp.sock')
    await server.listen(`unix:${path}`)
    expect((await exports(`unix://${path}`)).counters.spans.get('exported')).toBe(3)
  })

  test('that cannot be one is refused at start, with a remedy', () => {
    expect(() => new LiveSink('http://[::1')).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', remedy: expect.stringContaining('endpoint') }),
    )
  })
})

describe('mutual TLS', () => {
  test('shows the client certificate that the variables name', async () => {
    process.env.OTEL_EXPORTER_OTLP_CERTIFICATE = certificates.path('ca.pem')
    process.env.OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE = certificates.path('client.crt')
    process.env.OTEL_EXPORTER_OTLP_CLIENT_KEY = certificates.path('client.key')
    await server.listen('127.0.0.1:0', tls(certificates.read('ca.pem')))
    const live = await exports(`https://localhost:${server.port}`)
    expect(live.counters.spans.get('exported')).toBe(3)
  })

  test('does not work without one', async () => {
    process.env.OTEL_EXPORTER_OTLP_CERTIFICATE = certificates.path('ca.pem')
    await server.listen('127.0.0.1:0', tls(certificates.read('ca.pem')))
    const live = await exports(`https://localhost:${server.port}`, 3, 400)
    expect(live.counters.spans.get('exported')).toBe(0)
    expect(live.counters.spans.get('shutdown')).toBe(3)
  })
})

describe('headers', () => {
  test('are sent decoded, those for traces before the general ones', async () => {
    process.env.OTEL_EXPORTER_OTLP_HEADERS = 'authorization=Bearer%20general,x-tenant=one'
    process.env.OTEL_EXPORTER_OTLP_TRACES_HEADERS = 'authorization=Bearer%20traces'
    await server.listen()
    await exports(`http://127.0.0.1:${server.port}`)
    expect(server.requests[0]?.get('authorization')).toEqual(['Bearer traces'])
    expect(server.requests[0]?.get('x-tenant')).toEqual(['one'])
  })

  test('that cannot be sent are refused at start', () => {
    process.env.OTEL_EXPORTER_OTLP_HEADERS = 'x-bad=line%0Abreak'
    expect(() => new LiveSink('http://127.0.0.1:1')).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' }),
    )
  })
})

describe('the timeout', () => {
  test('ends an attempt that is not answered, which is tried again', async () => {
    process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '150'
    await server.listen()
    let attempts = 0
    server.reply = () => (++attempts === 1 ? 'hang' : Buffer.alloc(0))
    const start = performance.now()
    const live = new LiveSink(`http://127.0.0.1:${server.port}`)
    live.give(3)
    await until(() => live.sink.held === 0)
    expect(performance.now() - start).toBeLessThan(2500)
    expect(live.counters.spans.get('exported')).toBe(3)
    expect(attempts).toBe(2)
    await live.sink.shutdown(1000)
  })

  test('for traces beats the general one', async () => {
    process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '60000'
    process.env.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT = '100'
    await server.listen()
    server.reply = () => 'hang'
    const live = new LiveSink(`http://127.0.0.1:${server.port}`)
    live.give(1)
    await until(() => live.lines.length > 0)
    expect(live.lines[0]).toContain('DEADLINE_EXCEEDED')
    await live.sink.shutdown(10)
  })
})

describe('compression', () => {
  test('gzip makes requests several times smaller, none leaves them as they are', async () => {
    await server.listen()
    const plain = await bytesSent('none')
    const small = await bytesSent('gzip')
    expect(server.spans.length).toBe(2000)
    expect(small).toBeLessThan(plain / 5)
  })

  async function bytesSent(compression: string): Promise<number> {
    process.env.OTEL_EXPORTER_OTLP_COMPRESSION = compression
    const meter = await meteredPort(server.port)
    const live = await exports(`http://127.0.0.1:${meter.port}`, 1000)
    expect(live.counters.spans.get('exported')).toBe(1000)
    meter.server.close()
    return meter.bytes()
  }
})

/** A port that passes everything on and counts what clients send. */
async function meteredPort(target: number) {
  let bytes = 0
  const meter: Server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    client.on('data', (chunk) => {
      bytes += chunk.length
    })
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((resolve) => meter.listen(0, '127.0.0.1', resolve))
  const address = meter.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { server: meter, port: address.port, bytes: () => bytes }
}
