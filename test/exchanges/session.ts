import { readdirSync, readFileSync } from 'node:fs'
import type { End, Traffic } from './traffic.ts'
import { TCP_CLOSE } from './traffic.ts'

const FIXTURES = new URL('../fixtures/', import.meta.url)

/** Bytes of one direction, or its end. */
export interface Piece {
  readonly from: 'C' | 'S'
  readonly bytes: Buffer
  readonly ends: boolean
}

export interface Session {
  /** Each piece is a datagram. */
  readonly datagrams: boolean
  /** In the order in which they crossed, by connection. */
  readonly connections: readonly (readonly Piece[])[]
  /** What `Hearing.results` says of each exchange, in the order in which they open. */
  readonly expected: Readonly<Record<'client' | 'server', readonly string[]>>
}

/** Protocols of which there are recorded sessions, by their folder of test/fixtures. */
export const SESSION_FOLDERS = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

export function sessionsOf(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, FIXTURES))
    .filter((name) => name.endsWith('.txt'))
    .map((name) => name.slice(0, -4))
}

/**
 * Reads test/fixtures/FOLDER/NAME.txt: C and S lines are bytes of client and server, `C.` and `S.` their
 * ends, NEXT a new connection, = lines the exchanges (=C and =S as one end alone has them), # lines say what
 * was recorded. After a line DATAGRAMS each C and S line is one, and NEXT another socket of the client.
 */
export function loadSession(folder: string, name: string): Session {
  const url = new URL(`${folder}/${name}.txt`, FIXTURES)
  return parseSession(readFileSync(url, 'utf8'))
}

export function parseSession(text: string): Session {
  const connections: Piece[][] = [[]]
  const client: string[] = []
  const server: string[] = []
  let datagrams = false
  for (const line of text.split('\n')) {
    const from = line[0] as 'C' | 'S'
    if (line === 'NEXT') connections.push([])
    else if (line === 'DATAGRAMS') datagrams = true
    else if (/^=[CS]? /.test(line)) {
      const words = line.slice(line.indexOf(' ') + 1)
      if (line[1] !== 'S') client.push(words)
      if (line[1] !== 'C') server.push(words)
    } else if (/^[CS]\.$/.test(line)) {
      connections.at(-1)!.push({ from, bytes: Buffer.alloc(0), ends: true })
    } else if (/^[CS] /.test(line)) {
      const bytes = Buffer.from(JSON.parse(line.slice(2)) as string, 'latin1')
      connections.at(-1)!.push({ from, bytes, ends: false })
    }
  }
  return { datagrams, connections, expected: { client, server } }
}

/** Plays all connections as one end of them sees it, `step` bytes an operation, and closes. */
export function play(
  traffic: Traffic,
  session: Session,
  role: 'client' | 'server',
  step: number,
  upTo = Number.POSITIVE_INFINITY,
): void {
  let left = upTo
  for (const pieces of session.connections) {
    if (session.datagrams) {
      left = playDatagrams(traffic, pieces, role, left)
      continue
    }
    const end = traffic.socket({ role })
    for (const piece of pieces) {
      const bytes = piece.bytes.subarray(0, Math.max(0, left))
      left -= piece.bytes.length
      for (let at = 0; at < bytes.length; at += step)
        move(end, role, piece, bytes.subarray(at, at + step))
      if (piece.ends && left > 0 && isReceived(role, piece)) end.receivesEnd()
    }
    end.closes(TCP_CLOSE)
  }
  traffic.wait(2000)
}

/** Whole, but for the last one. Returns how many bytes are left to be played. */
function playDatagrams(
  traffic: Traffic,
  pieces: readonly Piece[],
  role: 'client' | 'server',
  upTo: number,
): number {
  const ports = role === 'client' ? { remotePort: 53 } : { localPort: 53, remotePort: 0 }
  const end = traffic.socket({ role, transport: 'udp', ...ports })
  let left = upTo
  for (const piece of pieces) {
    const captured = Math.max(0, Math.min(left, piece.bytes.length))
    left -= piece.bytes.length
    if (captured === 0) break
    if (isReceived(role, piece)) end.receives(piece.bytes, { captured })
    else end.sends(piece.bytes, { captured })
  }
  traffic.wait(20_000)
  return left
}

function move(end: End, role: 'client' | 'server', piece: Piece, bytes: Buffer): void {
  if (isReceived(role, piece)) end.receives(bytes)
  else end.sends(bytes)
}

function isReceived(role: 'client' | 'server', { from }: Piece): boolean {
  return (from === 'C') === (role === 'server')
}
