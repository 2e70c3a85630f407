import type { Verdict } from '../protocol.ts'
import { chain, lookAtChain } from './chain.ts'
import {
  ACK,
  FrameType,
  frame,
  HEADER,
  looksLikeFrame,
  MIN_MAX_FRAME,
  readHeader,
  readUint32,
} from './frame.ts'

/** What a client's connection begins with: RFC 9113, section 3.4. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')
/** Ids that servers send are a dozen; more are none. */
const MAX_SETTINGS = 32

/** `yes`, `no`, or `need-more` as long as it fits. */
export function lookAtPreface(bytes: Uint8Array, start: number, end: number): 'yes' | Verdict {
  const length = Math.min(PREFACE.length, end - start)
  for (let i = 0; i < length; i++) if (bytes[start + i] !== PREFACE[i]) return 'no'
  return length === PREFACE.length ? 'yes' : 'need-more'
}

/**
 * A client begins with its preface, a server with its SETTINGS. In the middle of a connection a header
 * block says whose bytes these are.
 */
export function detect(head: Uint8Array): Verdict {
  const preface = lookAtPreface(head, 0, head.length)
  if (preface !== 'no') return preface === 'yes' ? 'request' : 'need-more'
  if (head.length < HEADER) return mayBecomeFrame(head) ? 'need-more' : 'no'
  if (!looksLikeFrame(head, 0)) return 'no'
  if (frame.type === FrameType.settings && frame.flags === 0) return lookAtSettings(head)
  const kind = lookAtChain(head, 0, head.length)
  if (kind === 'request' || kind === 'response') return chain.hasBlock ? kind : 'no'
  return kind === 'need-more' ? kind : 'no'
}

/** Only what says whose bytes these are is waited for. */
function mayBecomeFrame(head: Uint8Array): boolean {
  if (head[0] !== 0) return false
  if (head.length > 1 && head[1]! > MIN_MAX_FRAME >> 8) return false
  if (head.length < 4) return true
  return head[3] === FrameType.headers || head[3] === FrameType.settings
}

/** The first frame of a server. */
function lookAtSettings(head: Uint8Array): Verdict {
  const { length } = frame
  const end = HEADER + length
  if (length > MAX_SETTINGS * 6) return 'no'
  if (head.length < end) return 'need-more'
  for (let at = HEADER; at < end; at += 6) if (!isSetting(head, at)) return 'no'
  if (length > 0) return 'response'
  // Nine bytes that are nearly all zeros say little: the next frame must say more.
  if (head.length < end + HEADER) return 'need-more'
  return looksLikeFrame(head, end) && isOfConnection() ? 'response' : 'no'
}

/** What a server goes on with: the ACK of the client's settings, a larger window, a ping. */
function isOfConnection(): boolean {
  const { type, flags, stream, length } = frame
  if (type === FrameType.settings) return flags === ACK || length > 0
  return stream === 0 && (type === FrameType.windowUpdate || type === FrameType.ping)
}

/** RFC 9113, section 6.5.2: the values that are bounded are within their bounds. */
function isSetting(bytes: Uint8Array, at: number): boolean {
  const id = (bytes[at]! << 8) | bytes[at + 1]!
  const value = readUint32(bytes, at + 2)
  if (id === 0) return false
  if (id === 2 || id === 8) return value <= 1
  if (id === 4) return value <= 0x7f_ff_ff_ff
  return id !== 5 || (value >= MIN_MAX_FRAME && value <= 0xff_ff_ff)
}

/** Whether a server's first frame stands there; HEADER bytes must. */
export function isFirstOfServer(bytes: Uint8Array, at: number): boolean {
  readHeader(bytes, at)
  return frame.type === FrameType.settings && frame.flags === 0 && frame.stream === 0
}
