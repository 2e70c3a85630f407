// HTTP/1.0 and HTTP/1.1.
// https://www.rfc-editor.org/rfc/rfc9112

import { describe } from '../http/describe.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import type { Protocol } from '../protocol.ts'
import { Http1Conversation } from './conversation.ts'
import { detect } from './detect.ts'

export const http1: Protocol<HttpRequest, HttpResponse> = {
  name: 'http',
  pairing: 'in-order',
  captureLimit: 16_384,
  detect,
  open: () => new Http1Conversation(),
  describe,
}
