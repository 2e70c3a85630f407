import { describe, expect, test } from 'vitest'
import { PROTOCOLS } from '../../src/protocols/registry.ts'
import { Traffic } from './traffic.ts'

const GET = 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

const HTTP = PROTOCOLS.filter(({ name }) => name === 'http')

const FOREIGN: [string, string[], string[]][] = [
  ['TLS', ['\x16\x03\x01\x00\x05hello', '\x17\x03\x03\x00\x02ab'], ['\x16\x03\x03\x00\x05world']],
  ['Redis', ['*1\r\n$4\r\nPING\r\n', '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'], ['+PONG\r\n', '$-1\r\n']],
  ['MySQL', ['\x01\x00\x00\x01\x0e'], ['J\x00\x00\x00\n8.0.36\x00', '\x07\x00\x00\x02\x00']],
  ['SSH', ['SSH-2.0-Go\r\n'], ['SSH-2.0-OpenSSH_9.2p1\r\n', '\x00\x00\x04\x3c']],
  ['SMTP', ['EHLO a.example\r\n', 'MAIL FROM:<a@b>\r\n'], ['220 mail ESMTP\r\n', '250 ok\r\n']],
]

describe.each(FOREIGN)('%s', (_, client, server) => {
  test.each(['server', 'client', 'unknown'] as const)('is not taken for HTTP at a %s', (role) => {
    const traffic = new Traffic({}, HTTP)
    const end = traffic.socket({ role, late: role === 'unknown' })
    for (let i = 0; i < 300; i++) {
      end.receives(client[i % client.length]!).sends(server[i % server.length]!)
    }
    expect(traffic.results).toEqual([])
    expect(traffic.verdicts).toEqual(['1: 4096 out 0 in 0', '1: mute'])
    expect(traffic.counters.dropped.get('unrecognised')).toBe(1)
    expect(traffic.said).toHaveLength(600)
  })

  test('is not taken for HTTP byte by byte', () => {
    const traffic = new Traffic({}, HTTP)
    const end = traffic.socket()
    for (const byte of client.join('')) end.receives(byte)
    for (const byte of server.join('')) end.sends(byte)
    expect(traffic.results).toEqual([])
  })
})

describe('a connection joined late', () => {
  test('is recognised by the next request, and its role with it', () => {
    const traffic = new Traffic()
    const end = traffic.socket({ role: 'unknown', late: true, from: 70_000 })
    end.sends('the rest of some body').sends('more of it')
    end.receives(GET).sends(OK)
    expect(traffic.results).toEqual(['GET /a 200'])
    expect(end.socket.role).toBe('server')
    expect(traffic.hearing.exchanges[0]!.request.start).toBe(70_000)
  })

  test('at its client has the positions that the server has', () => {
    const traffic = new Traffic()
    const end = traffic.socket({ role: 'unknown', late: true, from: 70_001 })
    end.sends(GET).receives(OK).sends(GET).receives(OK)
    expect(end.socket.role).toBe('client')
    expect(traffic.hearing.exchanges.map(({ request }) => request.start)).toEqual([
      70_000,
      70_000 + GET.length,
    ])
  })

  test('by a response first has one that nobody asked for', () => {
    const traffic = new Traffic()
    const end = traffic.socket({ role: 'unknown', late: true })
    end.sends(OK).receives(GET).sends(OK)
    expect(traffic.results).toEqual(['GET /a 200'])
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(1)
  })

  test('by the response to a HEAD does not swallow the next one', () => {
    const traffic = new Traffic()
    const end = traffic.socket({ role: 'unknown', late: true })
    end.sends('HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n').receives(GET).sends(OK)
    expect(traffic.results).toEqual(['GET /a 200'])
  })

  test('in the middle of a long download is not given up too soon', () => {
    const traffic = new Traffic()
    const end = traffic.socket({ role: 'unknown', late: true })
    for (let i = 0; i < 200; i++) end.sends(`a piece of a text ${i} `)
    end.receives(GET).sends(OK)
    expect(traffic.results).toEqual(['GET /a 200'])
  })

  test('before its description came is read all the same', () => {
    const traffic = new Traffic()
    const end = traffic.socket({ described: false })
    end.receives(GET)
    end.describe()
    end.sends(OK)
    expect(traffic.results).toEqual(['GET /a 200'])
    expect(traffic.hearing.exchanges[0]!.socket).toMatchObject({
      remoteAddress: '127.0.0.2',
      localPort: 8080,
    })
  })
})

describe('a request', () => {
  test('is an exchange before the answer proves it right', () => {
    const traffic = new Traffic()
    traffic.socket().receives(GET)
    expect(traffic.results).toEqual(['GET /a - open'])
    expect(traffic.verdicts).toEqual([])
  })

  test('that is answered by something else was none, and the connection is looked at anew', () => {
    const traffic = new Traffic()
    const end = traffic.socket()
    end.receives(GET).sends('-ERR wrong number of arguments\r\n')
    expect(traffic.results).toEqual(['GET /a - answer-lost damaged'])
    expect(traffic.counters.dropped.get('lost-sync')).toBe(1)
    for (let i = 0; i < 20; i++) end.receives('*1\r\n$4\r\nPING\r\n').sends('+PONG\r\n')
    expect(traffic.verdicts).toEqual(['1: 4096 out 0 in 0', '1: mute'])
  })

  test('to a server that spoke first and spoke something else is none', () => {
    const traffic = new Traffic()
    traffic.socket().sends('SSH-2.0-OpenSSH_9.2p1\r\n').receives(GET)
    expect(traffic.results).toEqual([])
  })

  test('that comes behind what a proxy put before it is one', () => {
    const traffic = new Traffic()
    traffic.socket().receives('PROXY TCP4 10.0.0.1 10.0.0.2 5000 80\r\n').receives(GET).sends(OK)
    expect(traffic.results).toEqual(['GET /a 200'])
  })

  test('of which the target is longer than what is captured counts once the answer shows what it was', () => {
    const traffic = new Traffic({ payloadLimit: 256 })
    const long = `GET /search?q=${'a'.repeat(1000)} HTTP/1.1\r\n\r\n`
    traffic.socket().receives(long, { captured: 256 }).sends(OK)
    expect(traffic.results).toEqual([`GET ${long.slice(4, 256)} 200`])
  })
})

test('a connection of which both ends ask is given up in the end', () => {
  const traffic = new Traffic()
  const end = traffic.socket({ role: 'unknown', late: true, from: 1000 })
  const ask = '*2\r\n$3\r\nGET\r\n$1\r\na\r\n'
  for (let i = 0; i < 20; i++) end.receives(ask).sends(ask)
  expect(traffic.verdicts.at(-1)).toBe('1: mute')
})

test('a look that finds what was just left, in bytes that nobody passes, comes to its end', () => {
  const traffic = new Traffic()
  const end = traffic.socket({ role: 'unknown', late: true, from: 1000 })
  end.sends('*2\r\n$3\r\nGET\r').receives('*2\r\n$4\r\nINCR\r\n$1\r\na\r\n*3\r\n$3\r\nSET')
  expect(traffic.verdicts.at(-1)).toBe('1: mute')
})

describe('the kernel', () => {
  test('is told what a connection speaks once both ends have shown it', () => {
    const traffic = new Traffic()
    traffic.socket().receives(GET).sends(OK).receives(GET).sends(OK)
    traffic.socket({ role: 'client', localPort: 50_000, remotePort: 9090 }).sends(GET).receives(OK)
    expect(traffic.verdicts).toEqual([
      'port 8080: 1 4096',
      '1: 4096 out 0 in 0',
      'port 9090: 1 4096',
      '2: 4096 out 0 in 0',
    ])
  })

  test('is told which bytes of long bodies it need not copy', () => {
    const traffic = new Traffic()
    const end = traffic.socket().receives(GET).sends(OK)
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n'
    end.receives(GET).sends(`${head}start`)
    expect(traffic.verdicts.at(-1)).toBe(`1: 4096 out ${OK.length + head.length + 1_000_000} in 0`)
    const upload = 'POST /b HTTP/1.1\r\nContent-Length: 50000\r\n\r\n'
    end.sends('', { captured: 0, length: 1_000_000 - 5 }).receives(upload)
    expect(traffic.verdicts.at(-1)).toBe(
      `1: 4096 out ${OK.length + head.length + 1_000_000} in ${GET.length * 2 + upload.length + 50_000}`,
    )
    expect(traffic.verdicts).toHaveLength(4)
  })

  test('is told to forget a connection once it is closed', () => {
    const traffic = new Traffic()
    traffic.socket().receives(GET).sends(OK).receives(GET).sends(OK).closes()
    traffic.wait(5000)
    expect(traffic.verdicts.slice(-2)).toEqual(['1: 4096 out 0 in 0', '1: forgotten'])
  })

  test('is told nothing of short bodies', () => {
    const traffic = new Traffic()
    const body = 'x'.repeat(4000)
    traffic
      .socket()
      .receives(GET)
      .sends(OK)
      .receives(GET)
      .sends(`HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n`)
      .sends(body)
    expect(traffic.verdicts).toHaveLength(2)
  })

  test('is told in its own count of positions', () => {
    const traffic = new Traffic()
    const end = traffic.socket({ role: 'unknown', late: true, from: 1 })
    const upload = 'POST /b HTTP/1.1\r\nContent-Length: 50000\r\n\r\n'
    end.sends(GET).receives(OK).sends(upload)
    expect(traffic.verdicts.at(-1)).toBe(
      `1: 4096 out ${1 + GET.length + upload.length + 50_000} in 0`,
    )
  })

  test('is told to copy no more than asked for', () => {
    const traffic = new Traffic({ payloadLimit: 512 })
    traffic.socket().receives(GET).sends(OK)
    expect(traffic.verdicts).toEqual(['port 8080: 1 512', '1: 512 out 0 in 0'])
  })

  test('is told to copy more, of this connection and those that follow, once a message was missed', () => {
    const traffic = new Traffic({ payloadLimit: 512 })
    const end = traffic.socket().receives(GET).sends(OK)
    end.receives(GET.repeat(100), { captured: 512 }).sends(OK.repeat(100))
    expect(traffic.verdicts.slice(2)).toEqual(['port 8080: 1 16384', '1: 16384 out 0 in 0'])
    traffic.socket().receives(GET).sends(OK)
    expect(traffic.verdicts.slice(4)).toEqual(['2: 16384 out 0 in 0'])
  })

  test('is told to copy all that it can at once of what packs many messages into an operation', () => {
    const traffic = new Traffic({ payloadLimit: 512 })
    traffic.socket({ localPort: 6379 }).receives('*1\r\n$4\r\nPING\r\n').sends('+PONG\r\n')
    expect(traffic.verdicts).toContain('1: 16384 out 0 in 0')
  })

  test('is told nothing of a connection that has moved nothing', () => {
    const traffic = new Traffic()
    traffic.socket().fails(104).closes()
    expect(traffic.verdicts).toEqual([])
  })

  test('is told to copy less of what is not recognised at once, and again all that it can if it is', () => {
    const traffic = new Traffic({ payloadLimit: 512 })
    const end = traffic.socket({ localPort: 6379 }).receives('PROXY TCP4 ')
    expect(traffic.verdicts).toEqual(['1: 512 out 0 in 0'])
    end.receives('10.0.0.1 10.0.0.2 5000 6379\r\n').receives('*1\r\n$4\r\nPING\r\n')
    expect(traffic.verdicts.slice(1)).toEqual(['1: 16384 out 0 in 0'])
    end.sends('+PONG\r\n')
    expect(traffic.verdicts.slice(2)).toEqual(['port 6379: 3 16384'])
  })

  test('is told when a connection becomes another protocol, and again when that is unknown', () => {
    const traffic = new Traffic()
    const end = traffic.socket()
    end.receives(`GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n`)
    end.sends('HTTP/1.1 101 Switching Protocols\r\n\r\n')
    expect(traffic.results).toEqual(['GET /ws 101'])
    for (let i = 0; i < 20; i++) end.sends('\x81\x05hello').receives('\x81\x85hello')
    expect(traffic.verdicts.at(-1)).toBe('1: mute')
    expect(traffic.results).toHaveLength(1)
  })

  test('is told to copy as much as before of new connections to a port that speaks another too', () => {
    const traffic = new Traffic({ payloadLimit: 512 })
    traffic.socket().receives('*1\r\n$4\r\nPING\r\n').sends('+PONG\r\n')
    traffic.socket().receives(GET).sends(OK)
    expect(traffic.verdicts).toContain('port 8080: 1 16384')
    expect(traffic.verdicts).not.toContain('port 8080: 1 512')
  })

  test('hears that a port speaks nothing known any more', () => {
    const traffic = new Traffic()
    traffic.socket().receives(GET).sends(OK)
    const other = traffic.socket()
    for (let i = 0; i < 20; i++) other.receives('\x00\x01').sends('\x00\x02')
    expect(traffic.verdicts.slice(-2)).toEqual(['port 8080: 0 4096', '2: mute'])
  })
})
