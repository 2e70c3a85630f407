// HTTP/1.0 and HTTP/1.1.
// https://www.rfc-editor.org/rfc/rfc9112

import type { Protocol } from '../protocol.ts'
import { Http1Conversation } from './conversation.ts'
import { describe } from './describe.ts'
import { detect } from './detect.ts'
import type { HttpRequest, HttpResponse } from './message.ts'

export const http1: Protocol<HttpRequest, HttpResponse> = {
  name: 'http',
  pairing: 'in-order',
  captureLimit: 16_384,
  detect,
  open: () => new Http1Conversation(),
  describe,
}
