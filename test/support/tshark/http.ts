import type { HttpRequest, HttpResponse } from '../../../src/protocols/http/message.ts'
import { http2 } from '../../../src/protocols/http2/index.ts'
import { type Dissected, nodes, type Tree, values } from './dissect.ts'
import type { Judge } from './judge.ts'

const HEADERS = '1'
const RST_STREAM = '3'
const PUSH_PROMISE = '5'
const CONTINUATION = '9'

interface Row {
  words: string
  status: string
  grpcStatus: string
  reset: string
  isEnded: boolean
}

/**
 * `GET /path 200`; with `grpc 0` of the head or trailers and `reset 8` by the number of the error;
 * then the messages of gRPC, by direction.
 */
export const httpJudge: Judge = {
  serverPort: 80,
  layers: ['http', 'http2', 'grpc'],

  theirs(packets) {
    const rows: Row[] = []
    const streams = new Map<string, Row>()
    const messages = { C: 0, S: 0 }
    let answered = 0
    for (const { layers, from } of packets) {
      const methods = values(layers.http, 'http.request.method')
      const targets = values(layers.http, 'http.request.uri')
      for (const [i, method] of methods.entries()) rows.push(asked(`${method} ${targets[i]}`))
      for (const status of values(layers.http, 'http.response.code')) {
        if (!isFinal(status)) continue
        const row = rows[answered++]!
        // RFC 7540, section 3.2: the answer comes on stream 1.
        if (values(layers.http, 'http.upgrade').includes('h2c')) streams.set('1', row)
        else row.status = status
      }
      for (const frame of nodes(layers.http2, 'http2.stream')) readFrame(frame, from, rows, streams)
      // Trailers of gRPC-Web are of another type.
      messages[from] += values(layers.grpc, 'grpc.frame_type').filter((type) => type === '0').length
    }
    return [...rows.map(said), `${messages.C}>${messages.S} messages`]
  },

  ours(exchanges) {
    const rows = exchanges.map(({ request, response, protocol }) => {
      const { method, target, reset } = request as HttpRequest
      const { status = 0, grpcStatus = '' } = (response as HttpResponse | undefined) ?? {}
      return said({
        words: `${method} ${target}`,
        status: status === 0 ? '-' : String(status),
        grpcStatus: protocol === http2 ? grpcStatus : '',
        reset: reset ? String(reset.code) : '',
      })
    })
    const [asked, answered] = (['request', 'response'] as const).map((direction) =>
      exchanges.reduce((sum, exchange) => {
        const message = exchange[direction] as HttpRequest | HttpResponse | undefined
        return sum + (message?.messages?.count ?? 0)
      }, 0),
    )
    return [...rows, `${asked}>${answered} messages`]
  },
}

function readFrame(
  frame: Tree,
  from: Dissected['from'],
  rows: Row[],
  streams: Map<string, Row>,
): void {
  const [type] = values(frame, 'http2.type')
  const promised = type === PUSH_PROMISE
  const id = values(
    frame,
    promised ? 'http2.push_promise.promised_stream_id' : 'http2.streamid',
  )[0]!
  if (type === HEADERS || type === CONTINUATION || promised) {
    const fields = headerFields(frame)
    if (fields.has(':method')) {
      const row = asked(`${fields.get(':method')} ${fields.get(':path')}`)
      rows.push(row)
      streams.set(id, row)
    }
    readAnswer(fields, streams.get(id))
  }
  const row = streams.get(id)
  if (!row || row.isEnded) return
  const reset = type === RST_STREAM
  if (reset) row.reset = values(frame, 'http2.rst_stream.error')[0]!
  row.isEnded = reset || (from === 'S' && values(frame, 'http2.flags.end_stream')[0] === '1')
}

function readAnswer(fields: ReadonlyMap<string, string>, row: Row | undefined): void {
  const status = fields.get(':status')
  if (!row || row.isEnded) return
  if (status !== undefined && isFinal(status)) row.status = status
  row.grpcStatus = fields.get('grpc-status') ?? row.grpcStatus
}

function headerFields(frame: Tree): Map<string, string> {
  return new Map(
    nodes(frame, 'http2.header').map((field) => [
      values(field, 'http2.header.name')[0]!,
      values(field, 'http2.header.value')[0] ?? '',
    ]),
  )
}

function asked(words: string): Row {
  return { words, status: '-', grpcStatus: '', reset: '', isEnded: false }
}

function isFinal(status: string): boolean {
  return status === '101' || !status.startsWith('1')
}

function said({ words, status, grpcStatus, reset }: Omit<Row, 'isEnded'>): string {
  return `${words} ${status}${grpcStatus && ` grpc ${grpcStatus}`}${reset && ` reset ${reset}`}`
}
