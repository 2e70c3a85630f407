import { describe, expect, test } from 'vitest'
import type { MonotonicNs } from '../../src/base/time.ts'
import { MS } from '../../src/base/time.ts'
import {
  CloseEvent,
  DataEvent,
  DataFlag,
  Direction,
  SocketEvent,
  SocketFlag,
  SocketRole,
} from '../../src/events/layout.ts'
import type { LiveSocket } from '../../src/sockets/live-socket.ts'
import { SocketTable } from '../../src/sockets/socket-table.ts'
import { Counters } from '../../src/telemetry/counters.ts'

const AF_UNIX = 1
const AF_INET = 2
const AF_INET6 = 10

interface Description {
  id?: number
  family?: number
  protocol?: number
  flags?: number
  role?: number
  peer?: number
  inode?: number
  local?: number[]
  remote?: number[]
}

function aDescription(description: Description = {}): SocketEvent {
  const { family = AF_INET, protocol = 6, flags = 0, role = SocketRole.server } = description
  const view = new DataView(new ArrayBuffer(SocketEvent.size))
  view.setUint32(16, description.id ?? 1, true)
  view.setUint32(24, description.peer ?? 0, true)
  view.setUint32(32, description.inode ?? 0, true)
  view.setUint32(48, 4242, true)
  view.setUint32(60, flags, true)
  view.setUint32(64, 0xffff_ffff, true)
  view.setUint32(68, 7000, true)
  view.setUint16(72, family, true)
  view.setUint16(74, protocol, true)
  view.setUint16(76, 8080, true)
  view.setUint16(78, 51_000, true)
  const { local = [192, 0, 2, 1], remote = [198, 51, 100, 7] } = description
  for (const [i, byte] of local.entries()) view.setUint8(80 + i, byte)
  for (const [i, byte] of remote.entries()) view.setUint8(96 + i, byte)
  for (const [i, byte] of [...Buffer.from('shop')].entries()) view.setUint8(112 + i, byte)
  view.setUint8(128, role)
  return new SocketEvent(view)
}

interface Operation {
  id?: number
  position?: number
  direction?: number
  role?: number
  flags?: number
}

function anOperation(operation: Operation = {}): DataEvent {
  const view = new DataView(new ArrayBuffer(DataEvent.size))
  view.setUint32(16, operation.id ?? 1, true)
  view.setUint32(32, operation.position ?? 0, true)
  view.setUint32(40, 77, true)
  view.setUint32(56, 5000, true)
  view.setUint32(60, 7000, true)
  view.setUint16(72, operation.flags ?? 0, true)
  view.setUint8(74, operation.direction ?? Direction.egress)
  view.setUint8(75, operation.role ?? SocketRole.unknown)
  return new DataEvent(view)
}

function aClose(id: number, state: number, error = 0): CloseEvent {
  const view = new DataView(new ArrayBuffer(CloseEvent.size))
  view.setUint32(16, id, true)
  view.setUint32(28, error, true)
  view.setUint8(32, state)
  return new CloseEvent(view)
}

function aTable(limit = 100) {
  const counters = new Counters()
  const forgotten: number[] = []
  const table = new SocketTable(counters, ({ id }) => forgotten.push(id), limit)
  return { table, counters, forgotten }
}

const at = (ms: number) => (ms * MS) as MonotonicNs

describe('the description of a socket', () => {
  test('tells its ends and its process', () => {
    const { table } = aTable()
    expect(table.described(aDescription())).toMatchObject({
      id: 1,
      family: 'ipv4',
      transport: 'tcp',
      role: 'server',
      localAddress: '192.0.2.1',
      localPort: 8080,
      remoteAddress: '198.51.100.7',
      remotePort: 51_000,
      tgid: 4242,
      comm: 'shop',
      late: false,
    })
  })

  test.each([
    [[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1f], '2001:db8::1f'],
    [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4, 0, 5], '1:0:2::3:4:5'],
    [[0, 1, 0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7], '1:0:2:3:4:5:6:7'],
  ])('writes an IPv6 address as usual: %#', (remote, text) => {
    const { table } = aTable()
    const socket = table.described(aDescription({ family: AF_INET6, remote }))
    expect([socket.family, socket.remoteAddress]).toEqual(['ipv6', text])
  })

  test('writes IPv4 on an IPv6 socket as IPv4', () => {
    const { table } = aTable()
    const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 9]
    const socket = table.described(
      aDescription({ family: AF_INET6, local: mapped, remote: mapped }),
    )
    expect([socket.family, socket.localAddress, socket.remoteAddress]).toEqual([
      'ipv4',
      '10.0.0.9',
      '10.0.0.9',
    ])
  })

  test('of a Unix socket has no addresses and no initial numbers', () => {
    const { table } = aTable()
    const socket = table.described(aDescription({ family: AF_UNIX, protocol: 0, peer: 5 }))
    expect(socket).toMatchObject({
      transport: 'unix',
      family: 'unix',
      localAddress: '',
      peerId: 5,
      clientInitial: -1,
    })
  })

  test('of a late Unix socket is followed by the news that it was read empty', () => {
    const { table } = aTable()
    const flags = SocketFlag.late
    const socket = table.described(aDescription({ family: AF_UNIX, protocol: 0, peer: 5, flags }))
    table.of(anOperation({ direction: Direction.ingress }))
    expect(socket.drained).toBe(false)
    table.of(anOperation({ direction: Direction.ingress, flags: DataFlag.drained }))
    table.of(anOperation({ direction: Direction.ingress }))
    expect(socket.drained).toBe(true)
  })

  test('that comes again changes nothing but what was not known before', () => {
    const { table } = aTable()
    const socket = table.described(aDescription({ flags: SocketFlag.late }))
    table.described(aDescription({ peer: 9, inode: 12, flags: 0, remote: [1, 1, 1, 1] }))
    expect(socket).toMatchObject({
      peerId: 9,
      inode: 12,
      late: true,
      remoteAddress: '198.51.100.7',
    })
    expect(table.size).toBe(1)
  })

  test('may come after the first operation', () => {
    const { table, counters } = aTable()
    const socket = table.of(anOperation({ position: 300 }))
    expect(socket).toMatchObject({ late: true, tgid: 77, remoteAddress: '' })
    expect(counters.dropped.get('socket-unknown')).toBe(1)
    expect(table.described(aDescription())).toBe(socket)
    expect(socket).toMatchObject({ remoteAddress: '198.51.100.7', role: 'server', tgid: 4242 })
  })
})

describe('the initial numbers', () => {
  test("are those of the server's end: the client's own is one more there", () => {
    const { table } = aTable()
    const client = table.described(aDescription({ id: 1, role: SocketRole.client }))
    expect([client.clientInitial, client.serverInitial]).toEqual([0, 7000])
    const server = table.described(aDescription({ id: 2, role: SocketRole.server }))
    expect([server.clientInitial, server.serverInitial]).toEqual([7000, 0xffff_ffff])
  })

  test('are not known before the role is', () => {
    const { table } = aTable()
    const socket = table.described(
      aDescription({ role: SocketRole.unknown, flags: SocketFlag.late }),
    )
    expect([socket.clientInitial, socket.serverInitial]).toEqual([-1, -1])
    table.setRole(socket, 'server')
    expect([socket.clientInitial, socket.serverInitial]).toEqual([7000, 0xffff_ffff])
  })
})

describe('the positions of a client whose role only the traffic told', () => {
  function aLateClient() {
    const { table } = aTable()
    const socket = table.described(
      aDescription({ role: SocketRole.unknown, flags: SocketFlag.late }),
    )
    const send = (position: number, role: number = SocketRole.unknown) => {
      const place = table.position(socket, anOperation({ position, role }))
      socket.egress.push(place, 10, Buffer.alloc(10), { time: at(0), tid: 1 } as never)
      return place
    }
    return { table, socket, send }
  }

  test('are one less, those from before too', () => {
    const { table, socket, send } = aLateClient()
    expect(send(501)).toBe(501)
    table.setRole(socket, 'client')
    expect(socket.egress.position).toBe(500)
    expect(send(511)).toBe(510)
    expect(socket.egress.readable).toBe(20)
    expect(
      table.position(socket, anOperation({ position: 88, direction: Direction.ingress })),
    ).toBe(88)
  })

  test('are told to the kernel as the kernel counts', () => {
    const { table, socket } = aLateClient()
    table.setRole(socket, 'client')
    expect(table.kernelEgress(socket, 500)).toBe(501)
    expect(table.kernelEgress(socket, Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('are as before when the role was a mistake', () => {
    const { table, socket, send } = aLateClient()
    send(501)
    table.setRole(socket, 'client')
    table.setRole(socket, 'unknown')
    expect(socket.egress.position).toBe(501)
    expect(send(511)).toBe(511)
  })

  test('fit those that the kernel counts rightly from some time on', () => {
    const { table, socket, send } = aLateClient()
    send(501)
    table.of(anOperation({ role: SocketRole.client }))
    expect([socket.role, socket.egress.position]).toEqual(['client', 500])
    expect(send(510, SocketRole.client)).toBe(510)
    expect(socket.egress.readable).toBe(20)
  })

  test('are no positions where the kernel says so', () => {
    const { table, socket } = aLateClient()
    expect(
      table.position(socket, anOperation({ position: 5, flags: DataFlag.positionUnknown })),
    ).toBe(-1)
  })
})

describe('the table of sockets', () => {
  test('keeps a socket for a second after it has gone', () => {
    const { table, forgotten } = aTable()
    const socket = table.described(aDescription())
    expect(table.closed(aClose(1, 4), at(0))).toBe(false)
    expect(table.closed(aClose(1, 7, 104), at(100))).toBe(true)
    expect(socket.error).toBe(104)
    table.tick(at(1099))
    expect(table.get(1)).toBe(socket)
    table.tick(at(1100))
    expect([table.size, forgotten]).toEqual([0, [1]])
    expect(table.closed(aClose(1, 7), at(1200))).toBeUndefined()
  })

  test('forgets the socket unused for longest when it is full', () => {
    const { table, counters, forgotten } = aTable(3)
    for (const id of [1, 2, 3]) table.described(aDescription({ id }))
    table.described(aDescription({ id: 4 }))
    expect(forgotten).toEqual([1])
    table.of(anOperation({ id: 2 }))
    table.described(aDescription({ id: 5 }))
    expect(forgotten).toEqual([1, 3])
    expect(counters.dropped.get('too-many-sockets')).toBe(2)
    expect(table.size).toBe(3)
  })

  test('gives back the memory of sockets it forgets', () => {
    const { table } = aTable()
    const socket: LiveSocket = table.described(aDescription())
    socket.ingress.push(0, 3, Buffer.from('abc'), { time: at(0), tid: 1 } as never)
    table.closed(aClose(1, 7), at(0))
    table.tick(at(2000))
    expect(socket.ingress.readable).toBe(0)
  })
})
