// FastCGI 1.0.
// https://fastcgi-archives.github.io/FastCGI_Specification.html

import { describe } from '../http/describe.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import type { About, Protocol } from '../protocol.ts'
import { FastCgiConversation } from './conversation.ts'
import { detect } from './detect.ts'

const about: About = {
  title: 'FastCGI',
  versions: '1.0',
  link: 'https://fastcgi-archives.github.io/FastCGI_Specification.html',
  reads: [
    'a span for each request that a web server passes to a program (PHP-FPM), in the words of HTTP: `REQUEST_METHOD`, `REQUEST_URI`, `HTTP_HOST`, and the `Status` of the answer',
    'trace context and what else is read of header fields, from their `HTTP_*` variables',
    'kept connections, and what the program writes to its standard error, by its length',
  ],
  hides: ['bodies, standard error, and all other variables'],
  limits: [
    'requests of one connection are read one after the other: several at once (`FCGI_MPXS_CONNS`) are not, which no web server uses',
    'variables are read up to 64 KiB, and as far as they were copied (16 KiB of an operation)',
    'a status that does not stand in the first record of the answer is not known',
  ],
}

export const fastcgi: Protocol<HttpRequest, HttpResponse> = {
  name: 'fastcgi',
  about,
  pairing: 'in-order',
  captureLimit: 16_384,
  detect,
  open: () => new FastCgiConversation(),
  describe,
}
