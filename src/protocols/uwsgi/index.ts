// The uwsgi protocol, by which web servers pass requests to uWSGI.
// https://uwsgi-docs.readthedocs.io/en/latest/Protocol.html

import { describe } from '../http/describe.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import type { About, Protocol } from '../protocol.ts'
import { UwsgiConversation } from './conversation.ts'
import { looksLikeRequest } from './variables.ts'

const about: About = {
  title: 'uwsgi',
  versions: 'packets of modifier 0: WSGI, PSGI, Rack',
  link: 'https://uwsgi-docs.readthedocs.io/en/latest/Protocol.html',
  reads: [
    'a span for each request that a web server passes to uWSGI, in the words of HTTP: `REQUEST_METHOD`, `REQUEST_URI`, `HTTP_HOST`, and the status of the answer',
    'trace context and what else is read of header fields, from their `HTTP_*` variables',
  ],
  hides: ['bodies and all other variables'],
  limits: [
    'a connection serves one request; an answer without `Content-Length` ends with it',
    'variables are read as far as they were copied (16 KiB of an operation)',
  ],
}

export const uwsgi: Protocol<HttpRequest, HttpResponse> = {
  name: 'uwsgi',
  about,
  pairing: 'in-order',
  captureLimit: 16_384,
  detect: (head) => looksLikeRequest(head, 0, head.length),
  open: () => new UwsgiConversation(),
  describe,
}
