import { describe, expect, test } from 'vitest'
import { query, record, reply } from '../protocols/dns/wire.ts'
import { type End, type SocketSettings, Traffic } from './traffic.ts'

const A = Buffer.from([127, 0, 0, 7])
const ECONNREFUSED = 111
const EDNS = Buffer.from('00002904d0000000000000', 'hex')

const asks = (name: string, id: number, type = 1) => query(name, type, { id })
const answers = (name: string, id: number, type = 1) =>
  reply(name, type, type === 1 ? [record(1, A)] : [], { id })

/** Moved, but not copied: so many datagrams of one operation. */
const unseen = (bytes: Buffer, datagrams = 0) => ({
  captured: 0,
  length: bytes.length,
  position: datagrams,
})

function udp(traffic: Traffic, settings: SocketSettings): End {
  return traffic.socket({ transport: 'udp', role: 'unknown', localPort: 40_000, ...settings })
}

const client = (traffic: Traffic) => udp(traffic, { role: 'client', remotePort: 53 })
const server = (traffic: Traffic) => udp(traffic, { role: 'server', localPort: 53, remotePort: 0 })

test('the port of the protocol is known from the start', () => {
  expect(new Traffic().datagramPorts).toEqual([expect.stringMatching(/^port 53: \d+ 4096$/)])
})

describe('a socket that asks', () => {
  test('gets each answer for the right question, in whatever order they come', () => {
    const traffic = new Traffic()
    const end = client(traffic)
    end.sends(asks('a.test', 1)).sends(asks('b.test', 2)).sends(asks('b.test', 3))
    end.receives(answers('b.test', 3)).receives(answers('a.test', 1)).receives(answers('b.test', 2))
    expect(traffic.results).toEqual([
      'A a.test | ok | a.test',
      'A b.test | ok | b.test',
      'A b.test | ok | b.test',
    ])
    const order = traffic.said.filter((said) => said.startsWith('ended'))
    expect(order).toEqual(['ended 3 answered', 'ended 1 answered', 'ended 2 answered'])
  })

  test('tells what was moved before what came of it', () => {
    const traffic = new Traffic()
    client(traffic).sends(asks('a.test', 1)).receives(answers('a.test', 1))
    expect(traffic.said).toEqual([
      'operation out t1',
      'opened 1',
      'carried 1 by 1',
      'operation in t1',
      'answered 1',
      'carried 1 by 2',
      'ended 1 answered',
    ])
  })

  test('has an answer with the id, but of another question, for no answer', () => {
    const traffic = new Traffic()
    client(traffic).sends(asks('a.test', 1)).receives(answers('b.test', 1))
    traffic.wait(20_000)
    expect(traffic.results).toEqual(['A a.test | timeout | a.test timeout'])
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(1)
  })

  test('that asks again asks the same, which ends in its answer', () => {
    const traffic = new Traffic()
    const end = client(traffic).sends(asks('a.test', 1))
    traffic.wait(5000)
    end.sends(asks('a.test', 1)).receives(answers('a.test', 1)).receives(answers('a.test', 1))
    expect(traffic.results).toEqual(['A a.test | ok | a.test'])
    expect(traffic.said).toContain('carried 1 by 2')
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(1)
  })

  test('waits for ten seconds after it asked last; the call took as long as resolvers wait', () => {
    const traffic = new Traffic()
    const end = client(traffic).sends(asks('a.test', 1))
    traffic.wait(5000)
    end.sends(asks('a.test', 1))
    traffic.wait(9000)
    expect(traffic.results).toEqual(['A a.test | ok | a.test open'])
    traffic.wait(1001)
    expect(traffic.results).toEqual(['A a.test | timeout | a.test timeout'])
    const [exchange] = traffic.hearing.exchanges
    expect(Math.round((exchange!.ended!.time - exchange!.opened.time) / 1e6)).toBe(10_000)
  })

  test('of which an answer came unseen does not say that there was none', () => {
    const traffic = new Traffic()
    client(traffic).sends(asks('a.test', 1)).receives('', { captured: 0, length: 60 })
    traffic.wait(20_000)
    expect(traffic.results).toEqual(['A a.test | ok | a.test answer-lost damaged'])
  })

  test('where nobody listens hears so at once', () => {
    const traffic = new Traffic()
    const end = client(traffic).sends(asks('a.test', 1))
    end.sends('', unseen(asks('b.test', 2), 1)).fails(ECONNREFUSED)
    expect(traffic.results).toEqual([
      'A a.test | connection_reset | a.test reset',
      'DNS | connection_reset reset',
    ])
  })

  test('that is refused without a word on what it asked knows by the id', () => {
    const traffic = new Traffic()
    const refused = reply('', 1, [], {
      id: 9,
      counts: [0, 0, 0, 0],
      question: Buffer.alloc(0),
      flags: 0x8181,
    })
    client(traffic).sends(asks('a.test', 9)).receives(refused)
    expect(traffic.results).toEqual(['A a.test | FORMERR | a.test'])
  })

  test('is not connected, and the kernel says that it asks', () => {
    const traffic = new Traffic()
    const end = udp(traffic, { role: 'client', remotePort: 0 })
    end.sends(asks('a.test', 1)).receives(answers('a.test', 1))
    expect(traffic.results).toEqual(['A a.test | ok | a.test'])
    expect(end.socket.remoteAddress).toBe('')
  })
})

describe('queries of which only the length is known', () => {
  test('are read from their answers, and began when they were sent', () => {
    const traffic = new Traffic()
    const end = client(traffic)
    const pair = [asks('a.test', 1), asks('a.test', 2, 28)]
    for (const one of pair) end.sends('', unseen(one))
    traffic.wait(3)
    end.receives(answers('a.test', 2, 28)).receives(answers('a.test', 1))
    expect(traffic.results).toEqual(['AAAA a.test | ok | a.test', 'A a.test | ok | a.test'])
    const { moments, exchanges } = traffic.hearing
    expect(exchanges.map(({ opened }) => moments.indexOf(opened))).toEqual([0, 1])
  })

  test('of one operation have its time', () => {
    const traffic = new Traffic()
    const end = client(traffic).sends(
      '',
      unseen(Buffer.concat([asks('a.test', 1), asks('a.test', 2, 28)]), 2),
    )
    end
      .receives(answers('a.test', 1))
      .receives(answers('a.test', 2, 28))
      .receives(answers('c.test', 3))
    expect(traffic.results).toEqual(['A a.test | ok | a.test', 'AAAA a.test | ok | a.test'])
    const { moments, exchanges } = traffic.hearing
    expect(exchanges.map(({ opened }) => moments.indexOf(opened))).toEqual([0, 0])
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(1)
  })

  test('and that nobody answers are calls without a name that failed', () => {
    const traffic = new Traffic()
    const end = client(traffic).sends('', unseen(asks('a.test', 1), 2))
    end.receives(answers('a.test', 1))
    traffic.wait(20_000)
    expect(traffic.results).toEqual(['A a.test | ok | a.test', 'DNS | timeout timeout'])
    expect(traffic.exchanges.open).toBe(0)
  })

  test('are nothing at a server, which cannot know whose answer is whose', () => {
    const traffic = new Traffic()
    const end = server(traffic).receives('', unseen(asks('a.test', 1), 2))
    end.sends(answers('a.test', 1)).sends(answers('b.test', 2))
    traffic.wait(20_000)
    expect(traffic.results).toEqual([])
    expect(traffic.counters.dropped.get('unpaired-response')).toBe(2)
  })
})

describe('a socket that is asked', () => {
  test('by many keeps them apart by id and question', () => {
    const traffic = new Traffic()
    const end = server(traffic)
    for (let id = 1; id <= 50; id++) end.receives(asks(`h${id}.test`, id % 5))
    for (let id = 50; id >= 1; id--) end.sends(answers(`h${id}.test`, id % 5))
    expect(traffic.results).toHaveLength(50)
    expect(traffic.hearing.exchanges.every(({ outcome }) => outcome === 'answered')).toBe(true)
    for (const { request, response } of traffic.hearing.exchanges)
      expect((response as { question?: unknown }).question).toEqual(
        (request as { question?: unknown }).question,
      )
  })

  test('and asks others in its turn has exchanges of both kinds', () => {
    const traffic = new Traffic()
    const end = server(traffic).receives(asks('a.test', 1)).sends(asks('a.test', 7))
    end.receives(answers('a.test', 7)).sends(answers('a.test', 1))
    expect(traffic.hearing.exchanges.map(({ role }) => role)).toEqual(['server', 'client'])
    expect(traffic.results).toEqual(['A a.test | ok | a.test', 'A a.test | ok | a.test'])
  })

  test('holds so many queries and no more', () => {
    const traffic = new Traffic({ maxOpenExchanges: 10_000 })
    const end = server(traffic)
    for (let i = 0; i < 3000; i++) end.receives(asks(`h${i}.test`, i))
    expect(traffic.exchanges.open).toBe(1024)
    expect(traffic.counters.dropped.get('too-many-open')).toBe(3000 - 1024)
    traffic.wait(20_000)
    expect(traffic.exchanges.open).toBe(0)
  })
})

describe('on a port that nobody knows', () => {
  const unknown = (traffic: Traffic) => udp(traffic, { remotePort: 5300 })

  test('a query is an exchange when its answer comes', () => {
    const traffic = new Traffic()
    const end = unknown(traffic).sends(asks('a.test', 1)).sends(asks('b.test', 2))
    expect(traffic.results).toEqual([])
    end.receives(answers('b.test', 2)).receives(answers('a.test', 1))
    expect(traffic.results).toEqual(['A a.test | ok | a.test', 'A b.test | ok | b.test'])
  })

  test('that answered two sockets is known from then on', () => {
    const traffic = new Traffic()
    for (let i = 1; i <= 3; i++) {
      expect(traffic.datagramPorts).toHaveLength(i <= 2 ? 1 : 2)
      unknown(traffic).sends(asks('a.test', i)).receives(answers('a.test', i))
    }
    expect(traffic.datagramPorts[1]).toMatch(/^port 5300: /)
    unknown(traffic).sends(asks('a.test', 1))
    expect(traffic.results.at(-1)).toBe('A a.test | ok | a.test open')
  })

  test.each([
    ['a query alone', asks('a.test', 1)],
    ['an answer alone', answers('a.test', 1)],
    ['something else', Buffer.from('\x40\x00hello')],
    ['nothing', Buffer.alloc(0)],
  ])('%s, over and over, gives no exchange', (_, bytes) => {
    const traffic = new Traffic()
    const end = unknown(traffic)
    for (let i = 0; i < 40; i++) end.sends(bytes)
    traffic.wait(20_000)
    expect(traffic.results).toEqual([])
  })

  test('what is no message is not listened to for long', () => {
    const traffic = new Traffic()
    const end = unknown(traffic)
    for (let i = 0; i < 40; i++) end.sends('\x40\x00hello').receives('\x40\x00you')
    expect(traffic.verdicts).toEqual(['1: mute'])
    expect(traffic.counters.dropped.get('unrecognised')).toBe(1)
  })
})

test('datagrams of another kind on a known port are counted, and the socket is left alone', () => {
  const traffic = new Traffic()
  const end = client(traffic)
  for (let i = 0; i < 20; i++) end.sends('\x16\xfe\xfd something')
  expect(traffic.results).toEqual([])
  expect(traffic.counters.dropped.get('no-message')).toBe(16)
  expect(traffic.verdicts).toEqual(['1: mute'])
})

test('one bad datagram among good ones changes nothing', () => {
  const traffic = new Traffic()
  const end = client(traffic).sends(asks('a.test', 1))
  for (let i = 0; i < 40; i++) end.receives('bad')
  end.receives(answers('a.test', 1))
  expect(traffic.results).toEqual(['A a.test | ok | a.test'])
})

test('a query with EDNS is answered by a reply that was copied in part', () => {
  const traffic = new Traffic()
  const asked = query('a.test', 1, { id: 4, counts: [1, 0, 0, 1], records: [EDNS] })
  const answer = reply('a.test', 1, Array(40).fill(record(1, A)), { id: 4 })
  client(traffic).sends(asked).receives(answer, { captured: 100 })
  expect(traffic.results).toEqual(['A a.test | ok | a.test'])
})

test('sockets that are not used are forgotten after a minute, and their memory with them', () => {
  const traffic = new Traffic()
  for (let i = 0; i < 100; i++)
    client(traffic).sends(asks('a.test', i)).receives(answers('a.test', i))
  const end = client(traffic).sends(asks('b.test', 1)).receives(answers('b.test', 1))
  expect(traffic.exchanges.sockets.size).toBe(101)
  traffic.wait(50_000)
  end.sends(asks('b.test', 2)).receives(answers('b.test', 2))
  traffic.wait(20_000)
  expect(traffic.exchanges.sockets.size).toBe(1)
  expect(traffic.said.filter((said) => said === 'closed')).toHaveLength(100)
})

test('a socket that is forgotten takes its open exchanges along', () => {
  const traffic = new Traffic()
  client(traffic).sends(asks('a.test', 1)).closes()
  traffic.wait(2000)
  expect(traffic.results).toEqual(['A a.test | ok | a.test answer-lost'])
})
