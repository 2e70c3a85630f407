import type { Piece, Session } from '../../exchanges/session.ts'

/** LINKTYPE_RAW of https://www.tcpdump.org/linktypes.html: each packet begins with its IPv4 header. */
const LINKTYPE_RAW = 101
const TCP = 6
const UDP = 17
const FIN = 1
const SYN = 2
const PSH = 8
const ACK = 16
const FIRST_SEQUENCE = 1000
const SEGMENT = 16_384
const CLIENT = 0x7f000001
const SERVER = 0x7f000002

type Side = 'C' | 'S'

/** A packet of a capture: whose it is. */
export interface Packet {
  readonly session: number
  readonly connection: number
  readonly from: Side
}

/**
 * The sessions as tcpdump would have written them: a file of the format pcap, with the handshakes and
 * ends of the connections. Every client has a port of its own. Checksums are left 0: nobody looks.
 */
export class Capture {
  readonly packets: Packet[] = []
  readonly #serverPort: number
  readonly #chunks: Buffer[] = [fileHeader()]
  #clientPort = 40_000

  constructor(serverPort: number) {
    this.#serverPort = serverPort
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  add(session: number, { connections, datagrams }: Session): void {
    for (const [connection, pieces] of connections.entries()) {
      this.#clientPort++
      const whose = { session, connection }
      if (datagrams)
        for (const piece of pieces) this.#datagram({ ...whose, from: piece.from }, piece)
      else this.#connection(whose, pieces)
    }
  }

  #datagram(packet: Packet, { bytes }: Piece): void {
    const header = Buffer.alloc(8)
    this.#writePorts(header, packet.from)
    header.writeUInt16BE(8 + bytes.length, 4)
    this.#packet(packet, UDP, header, bytes)
  }

  #connection(whose: Omit<Packet, 'from'>, pieces: readonly Piece[]): void {
    const next = { C: FIRST_SEQUENCE, S: FIRST_SEQUENCE }
    const segment = (from: Side, flags: number, bytes: Buffer = Buffer.alloc(0)) => {
      const header = Buffer.alloc(20)
      this.#writePorts(header, from)
      header.writeUInt32BE(next[from], 4)
      if ((flags & ACK) !== 0) header.writeUInt32BE(next[from === 'C' ? 'S' : 'C'], 8)
      header.writeUInt16BE(0x5000 | flags, 12)
      header.writeUInt16BE(0xffff, 14)
      next[from] += bytes.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)
      this.#packet({ ...whose, from }, TCP, header, bytes)
    }
    segment('C', SYN)
    segment('S', SYN | ACK)
    segment('C', ACK)
    const open = new Set<Side>(['C', 'S'])
    for (const { from, bytes, ends } of pieces) {
      for (let at = 0; at < bytes.length; at += SEGMENT)
        segment(from, PSH | ACK, bytes.subarray(at, at + SEGMENT))
      if (ends && open.delete(from)) segment(from, FIN | ACK)
    }
    for (const from of open) segment(from, FIN | ACK)
  }

  #writePorts(header: Buffer, from: Side): void {
    header.writeUInt16BE(from === 'C' ? this.#clientPort : this.#serverPort, 0)
    header.writeUInt16BE(from === 'C' ? this.#serverPort : this.#clientPort, 2)
  }

  /** A millisecond after the one before. */
  #packet(packet: Packet, protocol: number, header: Buffer, bytes: Buffer): void {
    const length = 20 + header.length + bytes.length
    const record = Buffer.alloc(16)
    record.writeUInt32LE(Math.floor(this.packets.length / 1000), 0)
    record.writeUInt32LE((this.packets.length % 1000) * 1000, 4)
    record.writeUInt32LE(length, 8)
    record.writeUInt32LE(length, 12)
    const ip = Buffer.alloc(20)
    ip.writeUInt16BE(0x4500, 0)
    ip.writeUInt16BE(length, 2)
    ip.writeUInt8(64, 8)
    ip.writeUInt8(protocol, 9)
    ip.writeUInt32BE(packet.from === 'C' ? CLIENT : SERVER, 12)
    ip.writeUInt32BE(packet.from === 'C' ? SERVER : CLIENT, 16)
    this.packets.push(packet)
    this.#chunks.push(record, ip, header, bytes)
  }
}

/** https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/: microseconds, version 2.4. */
function fileHeader(): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(0x40000, 16)
  header.writeUInt32LE(LINKTYPE_RAW, 20)
  return header
}
