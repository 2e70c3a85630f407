import { OtlpServer, type Reply } from '../../test/export/otlp-server.ts'
import type { Stage } from '../../test/support/system/apps.ts'
import { type Account, type Fault, missingRequests, type Size } from './fault.ts'
import { Load, startWatched } from './traffic.ts'

const RATE = 1000
const SECONDS = { long: 60, short: 1.2 }
const BATCH = 64

// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
const INVALID_ARGUMENT = 3
const RESOURCE_EXHAUSTED = 8
const UNAVAILABLE = 14

type Script = (server: OtlpServer) => void

/** A collector of our own, which does what the script says, and knows what it took. */
function playing(script: Script, queue: number): Fault['run'] {
  return (stage, size) => play(stage, size, script, queue)
}

async function play(stage: Stage, size: Size, script: Script, queue: number): Promise<Account> {
  const server = await new OtlpServer().listen()
  script(server)
  const flags = [
    ...['--queue-size', String(queue), '--batch-size', String(BATCH)],
    ...['--batch-delay', '50'],
  ]
  try {
    const endpoint = `http://127.0.0.1:${server.port}`
    const { server: traced, agent } = await startWatched(stage, endpoint, { flags })
    const happened = await new Load(stage, traced, RATE * SECONDS[size], RATE).answered()
    const counts = await agent.stop()
    const found = new Set(server.spans.map(({ spanId }) => spanId)).size
    return {
      ...{ happened, unit: 'requests', found, where: 'taken by the collector' },
      counted: missingRequests(counts),
    }
  } finally {
    server.stop()
  }
}

export const COLLECTOR_SLOW: Fault = {
  name: 'collector-slow',
  what: 'the collector answers, but takes fewer spans than there are',
  run: playing((server) => {
    server.delayMs = 1000 // with 8 batches of 64 on their way: half of what comes
  }, 256),
}

export const COLLECTOR_REFUSING: Fault = {
  name: 'collector-refusing',
  what: 'the collector answers with errors that pass, and with some that do not',
  run: playing((server) => {
    let requests = 0
    server.reply = () => refusal(++requests) ?? Buffer.alloc(0)
  }, 65_536),
}

/** Errors come in turn, so that there are answers between them. */
function refusal(request: number): Reply | undefined {
  if (request % 5 === 1) return { code: UNAVAILABLE, details: 'not now' }
  if (request % 5 === 2) return { code: INVALID_ARGUMENT, details: 'never' }
  if (request % 5 === 3) return { code: RESOURCE_EXHAUSTED, details: 'your quota is used up' }
  return undefined
}

export const COLLECTOR_LYING: Fault = {
  name: 'collector-lying',
  what: 'the collector says yes and means some: partial success, of more spans than it got or of fewer than none',
  run: playing((server) => {
    let requests = 0
    server.take = (spans) => {
      const rejected = REJECTED[requests++ % REJECTED.length]!
      const kept = Math.max(0, spans.length - Math.max(0, rejected))
      return { kept: spans.slice(0, kept), reply: partialSuccess(rejected) }
    }
  }, 65_536),
}

const REJECTED = [1, 0, 7, 1_000_000, -1, 64]

/** ExportTraceServiceResponse { 1: ExportTracePartialSuccess { 1: int64 rejected_spans, 2: error_message } } */
function partialSuccess(rejected: number): Buffer {
  const message = Buffer.from('some of them')
  const inner = Buffer.concat([
    Buffer.from([0x08]),
    varint(BigInt.asUintN(64, BigInt(rejected))),
    Buffer.from([0x12, message.length]),
    message,
  ])
  return Buffer.concat([Buffer.from([0x0a, inner.length]), inner])
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}
