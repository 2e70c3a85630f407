// HTTP/1.0 and HTTP/1.1.
// https://www.rfc-editor.org/rfc/rfc9112

import { describe } from '../http/describe.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import type { About, Protocol } from '../protocol.ts'
import { Http1Conversation } from './conversation.ts'
import { detect } from './detect.ts'

const about: About = {
  title: 'HTTP/1',
  versions: '1.0 and 1.1',
  link: 'https://www.rfc-editor.org/rfc/rfc9112',
  reads: [
    'a span for each request and its final response, in pipelines too: method, target, `Host`, status, and the route that the paths of a server show',
    'trace context in `traceparent`, `b3`, `X-B3-*`, `uber-trace-id` and `sw8`; `Forwarded` and `X-Forwarded-*` for client and scheme; `User-Agent`',
    'bodies by their length, in chunks, or until the connection ends; `HEAD`, `Expect: 100-continue`, responses before the request is whole',
  ],
  hides: [
    'bodies, and all other headers: `Cookie` and `Authorization` never leave the reader',
    'credentials in a URL, and values of its query as configured',
  ],
  limits: [
    'a head is read up to 64 KiB, and as far as it was copied (16 KiB of an operation)',
    'after `CONNECT` and an accepted `Upgrade` the connection is looked at anew, as any other: WebSocket frames make no spans',
    'HTTP/0.9 is not recognised; a method that is not known is `_OTHER`, with its own name beside it',
  ],
}

export const http1: Protocol<HttpRequest, HttpResponse> = {
  name: 'http',
  about,
  pairing: 'in-order',
  captureLimit: 16_384,
  detect,
  open: (late) => new Http1Conversation(late),
  describe,
}
