import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { StartupError } from '../base/errors.ts'
import { WIRE_HASH } from './layout.ts'
import { layoutPrint } from './layout-print.ts'
import {
  FORMAT_VERSION,
  type Json,
  MAGIC,
  MAX_HEADER,
  PREAMBLE,
  type RecordingStart,
} from './recording-format.ts'

const NO_RECORDING = 'Name a file that `underspan record` wrote.'
const RECORD_AGAIN = 'Record again, or replay it with the version that recorded it.'

/** The layout of recorded events in this build. */
export function layoutHash(): string {
  return createHash('sha256').update(layoutPrint()).digest('hex').slice(0, 16)
}

export function recordingHeader(start: RecordingStart): Buffer {
  const { start: origin, offset, ...rest } = start
  const values = { ...rest, start: `${origin}`, offset: `${offset}` }
  const all = { ...values, layout: layoutHash(), wire: WIRE_HASH }
  return encodeHeader(JSON.stringify(all, replaceInfinity))
}

/** Throws StartupError if this is no recording, or none that can be replayed here. */
export async function readHeader(
  path: string,
  read: (at: number, length: number) => Promise<Buffer>,
): Promise<{ start: RecordingStart; end: number }> {
  const preamble = await read(0, PREAMBLE)
  if (!preamble.subarray(0, MAGIC.length).equals(MAGIC) || preamble.length < PREAMBLE) {
    throw new StartupError('BAD_RECORDING', `"${path}" is no recording`, NO_RECORDING)
  }
  const version = preamble.readUInt32LE(8)
  if (version !== FORMAT_VERSION) {
    const message = `"${path}" has recording format ${version}; this version reads ${FORMAT_VERSION}`
    throw new StartupError('BAD_RECORDING', message, RECORD_AGAIN)
  }
  const length = preamble.readUInt32LE(12)
  const rest = await read(PREAMBLE, Math.min(length, MAX_HEADER) + 4)
  const header = rest.subarray(0, length)
  if (rest.length !== length + 4 || crc32(header, crc32(preamble)) !== rest.readUInt32LE(length)) {
    const message = `"${path}" is damaged within its header (the first ${PREAMBLE + length + 4} bytes)`
    throw new StartupError('BAD_RECORDING', message, 'Record again.')
  }
  return { start: parseStart(path, header.toString()), end: PREAMBLE + length + 4 }
}

function encodeHeader(json: string): Buffer {
  const text = Buffer.from(json)
  const header = Buffer.alloc(PREAMBLE + text.length + 4)
  MAGIC.copy(header)
  header.writeUInt32LE(FORMAT_VERSION, 8)
  header.writeUInt32LE(text.length, 12)
  text.copy(header, PREAMBLE)
  header.writeUInt32LE(crc32(header.subarray(0, -4)), header.length - 4)
  return header
}

function parseStart(path: string, header: string): RecordingStart {
  const values = parseObject(header)
  if (values.layout !== layoutHash()) {
    const version = String(values.agent)
    const message = `"${path}" was recorded by version ${version}, whose events look different`
    throw new StartupError('BAD_RECORDING', message, RECORD_AGAIN)
  }
  return {
    start: toBigInt(values.start),
    offset: toBigInt(values.offset),
    seed: Number(values.seed),
    agent: String(values.agent),
    hooks: String(values.hooks),
    host: values.host ?? null,
    options: values.options ?? null,
    secrets: values.secrets === 'shown' ? 'shown' : 'hidden',
  }
}

function parseObject(text: string): { readonly [name: string]: Json | undefined } {
  try {
    return { ...JSON.parse(text, reviveInfinity) }
  } catch {
    return {} // its checksum was right, so someone made it: it has no layout either
  }
}

/** JSON has no word for it, options have. */
const INFINITY = 'number: infinity'

function replaceInfinity(_name: string, value: unknown): unknown {
  return value === Infinity ? INFINITY : value
}

function reviveInfinity(_name: string, value: unknown): unknown {
  return value === INFINITY ? Infinity : value
}

function toBigInt(value: Json | undefined): bigint {
  return typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? BigInt(value) : 0n
}
