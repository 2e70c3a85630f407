import type { Random } from '../support/random.ts'
import type { Piece, Session } from './session.ts'
import {
  type End,
  type OperationSettings,
  TCP_CLOSE,
  TCP_FIN_WAIT1,
  type Traffic,
} from './traffic.ts'

const ERRNOS = [0, 0, 104, 110, 32, 11, 4]

type Played = Pick<Session, 'connections'> & Partial<Pick<Session, 'datagrams'>>

/** Plays one connection of a session, spoiled in every way that the wire and the kernel can. */
export function playSpoiled(traffic: Traffic, session: Played, random: Random): void {
  const role = random.below(2) === 0 ? 'client' : 'server'
  const late = random.below(4) === 0
  const end = traffic.socket({
    transport: session.datagrams ? 'udp' : 'tcp',
    ...(session.datagrams && { localPort: random.below(2) * 53, remotePort: random.below(3) * 53 }),
    role: late && random.below(2) === 0 ? 'unknown' : role,
    late,
    from: late ? 1 + random.below(1e6) : 0,
    described: random.below(8) > 0,
  })
  const pieces = session.connections[random.below(session.connections.length)]!
  // Some runs are spoiled a lot, some hardly.
  const rate = 2 + random.below(60)
  for (const piece of pieces) playPiece(traffic, end, piece, role, rate, random)
  if (random.below(2) === 0) end.closes(TCP_FIN_WAIT1)
  end.closes(TCP_CLOSE, ERRNOS[random.below(4)])
}

function playPiece(
  traffic: Traffic,
  end: End,
  piece: Piece,
  role: 'client' | 'server',
  rate: number,
  random: Random,
): void {
  let bytes = piece.bytes
  for (let i = random.below(4); i > 0 && random.below(rate) === 0; i--)
    bytes = mutate(bytes, random)
  const received = ((piece.from === 'C') === (role === 'server')) !== (random.below(rate * 4) === 0)
  const step = random.below(3) === 0 ? 1 + random.below(40) : 1 << 20
  for (let at = 0; at < bytes.length; at += step) {
    const settings = spoil(bytes.subarray(at, at + step), rate, random)
    if (received) end.receives(bytes.subarray(at, at + step), settings)
    else end.sends(bytes.subarray(at, at + step), settings)
  }
  if (piece.ends && received) end.receivesEnd()
  if (random.below(rate * 2) === 0) end.fails(ERRNOS[random.below(ERRNOS.length)]!)
  if (random.below(rate) === 0) traffic.wait(random.below(1200))
  if (random.below(rate * 2) === 0) end.describe()
}

function mutate(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1)
  const count = 1 + random.below(random.below(8) === 0 ? 3000 : 4)
  const before = bytes.subarray(0, at)
  const behind = bytes.subarray(at)
  switch (random.below(5)) {
    case 0:
      return Buffer.concat([before, behind.subarray(count)])
    case 1:
      return Buffer.concat([
        before,
        Buffer.from(Array.from({ length: count }, () => random.below(256))),
        behind,
      ])
    case 2:
      return Buffer.concat([before, bytes.subarray(0, count), behind])
    case 3:
      return Buffer.concat([
        before,
        Buffer.from('\r\n:0 f'.repeat(count)).subarray(0, count),
        behind,
      ])
    default: {
      const flipped = Buffer.from(bytes)
      if (at < flipped.length) flipped[at] = flipped[at]! ^ (1 << random.below(8))
      return flipped
    }
  }
}

function spoil(bytes: Buffer, rate: number, random: Random): OperationSettings {
  const settings: OperationSettings = { tid: 1 + random.below(1 + random.below(3)) }
  if (random.below(rate) === 0) settings.captured = random.below(bytes.length + 1)
  if (random.below(rate * 2) === 0) settings.length = bytes.length + random.below(100_000)
  if (random.below(rate) === 0) settings.lost = true
  if (random.below(rate * 2) === 0)
    settings.position = random.below(4) === 0 ? -1 : random.below(5000)
  return settings
}
