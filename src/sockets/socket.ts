import type { ByteStream } from './byte-stream.ts'

export type Role = 'client' | 'server' | 'unknown'
export type Family = 'ipv4' | 'ipv6' | 'unix'

/** What the kernel told about one socket. Identity is `id`, never process and descriptor. */
export interface Socket {
  readonly id: number
  readonly family: Family
  readonly transport: 'tcp' | 'udp' | 'unix'
  /** Unix sockets: id of the other end, 0 unknown. */
  peerId: number
  readonly inode: number
  readonly netns: number
  /** Process that moved the first bytes. */
  tgid: number
  readonly comm: string
  /** Nanoseconds on CLOCK_MONOTONIC (not shifted): names a process together with tgid. */
  readonly processStart: number
  /** Learned from the connection's life, or later from the traffic. */
  role: Role
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  /** Initial sequence numbers, each as the *server's* end has them: the same at both ends. -1 unknown. */
  clientInitial: number
  serverInitial: number
  /** Was open before the agent looked. */
  readonly late: boolean
  /** A late Unix socket was read empty: from here on both ends count alike. */
  readonly drained: boolean
  readonly egress: ByteStream
  readonly ingress: ByteStream
  /** What correlation keeps of it: its id may be a number that needs an object, and dear to look up. */
  kept?: object | undefined
}
