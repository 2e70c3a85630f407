// HTTP/2 without TLS, and gRPC in it.
// https://www.rfc-editor.org/rfc/rfc9113 https://www.rfc-editor.org/rfc/rfc7541

import { describe } from '../http/describe.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import type { Protocol } from '../protocol.ts'
import { Http2Conversation } from './conversation.ts'
import { detect } from './detect.ts'

export const http2: Protocol<HttpRequest, HttpResponse> = {
  name: 'http',
  pairing: 'multiplexed',
  numbersOnce: true,
  captureLimit: 16_384,
  detect,
  open: (late) => new Http2Conversation(late),
  describe,
}
