// HTTP/2 without TLS, and gRPC in it.
// https://www.rfc-editor.org/rfc/rfc9113 https://www.rfc-editor.org/rfc/rfc7541

import { describe } from '../http/describe.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import type { About, Protocol } from '../protocol.ts'
import { Http2Conversation } from './conversation.ts'
import { detect } from './detect.ts'

const about: About = {
  title: 'HTTP/2 and gRPC',
  versions: 'HTTP/2 without TLS, by prior knowledge or after an upgrade of HTTP/1.1; gRPC in it',
  link: 'https://www.rfc-editor.org/rfc/rfc9113',
  reads: [
    'a span for each stream, and for the request of an upgrade, which stream 1 answers: method, path, authority and status, trace context as in HTTP/1; resets, `GOAWAY`, responses before the request is whole',
    'HPACK with its tables and Huffman codes; heads over several frames, padding, trailers',
    'calls of gRPC of all four kinds by their content type: service and method, `grpc-status`, how many messages went each way; of gRPC-Web the status in the body too, unless it is base64',
  ],
  hides: [
    'bodies and messages, and all headers but those that a span needs',
    'credentials in a URL, and values of its query as configured; words of `grpc-message` that look like values, unless `--query-text raw`',
  ],
  limits: [
    'what a connection that is older than the agent had put into its tables is not known: such a method or path is left out, never guessed, and the span has `underspan.headers.unknown`',
    'a head is read up to 64 KiB; 4096 streams of a connection may be open at once, the oldest is given up beyond that',
    'pushed responses make no span',
    'of an operation of more than 16 KB the frames behind that are not seen: requests among them make no span, but their answers are counted (`unpaired-response`), and the tables are unknown from there on',
  ],
}

export const http2: Protocol<HttpRequest, HttpResponse> = {
  name: 'http',
  about,
  pairing: 'multiplexed',
  numbersOnce: true,
  captureLimit: 16_384,
  packsMessages: true,
  detect,
  open: (late) => new Http2Conversation(late),
  describe,
}
