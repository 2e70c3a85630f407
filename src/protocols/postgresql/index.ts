// PostgreSQL, frontend and backend protocol 3.0 to 3.2.
// https://www.postgresql.org/docs/current/protocol.html

import type { About, Protocol } from '../protocol.ts'
import { PgConversation } from './conversation.ts'
import { describe, isSilent } from './describe.ts'
import { detect } from './detect.ts'
import type { PgRequest, PgResponse } from './message.ts'

const ABOUT: About = {
  title: 'PostgreSQL',
  versions: '3.0 to 3.2',
  link: 'https://www.postgresql.org/docs/current/protocol.html',
  reads: [
    'a span for each statement executed: a simple query (with all its statements), or Parse to Execute of the extended protocol; each in a pipeline has its own',
    'prepared statements and portals by name, so that what is executed again has its text; FETCH through a portal has it too',
    'SQLSTATE as `error.type` and `db.response.status_code`, with the name of its condition; what the server passes over behind an error in a pipeline has `pipeline_aborted`',
    'rows returned; the data of COPY by its length',
    'connecting, settling on TLS, preparing and closing: spans only where they fail',
  ],
  hides: [
    'passwords and all of authentication, parameters, rows, and what the server says of errors in words',
    'literals in the text of queries, unless `--query-text raw`',
  ],
  limits: [
    'a statement prepared before the agent looked has no text: its span is named after what the server says it did, and has `underspan.query.unseen`',
    'statements are read up to 8 KiB, names up to 256 bytes; 1024 prepared statements of a connection are remembered',
    'once TLS or GSSAPI is agreed on, or a replication begins, the connection is left alone',
    '`db.namespace` is the database, with the first schema of the search path (`shop|app`) where `SET search_path` or the connection chose one; `standard_conforming_strings` is taken to be on',
  ],
}

export const postgresql: Protocol<PgRequest, PgResponse> = {
  name: 'postgresql',
  about: ABOUT,
  pairing: 'in-order',
  isStore: true,
  captureLimit: 16_384,
  detect,
  isSilent,
  open: (late) => new PgConversation(late),
  describe,
}
