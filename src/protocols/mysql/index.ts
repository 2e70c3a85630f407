// The client/server protocol of MySQL (from 4.1 on) and MariaDB.
// https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
// https://mariadb.com/docs/server/reference/clientserver-protocol

import type { About, Protocol } from '../protocol.ts'
import { MySqlConversation } from './conversation.ts'
import { describe, isSilent } from './describe.ts'
import { detect } from './detect.ts'
import type { MySqlRequest, MySqlResponse } from './message.ts'
import { MAX_READ } from './packet.ts'

const ABOUT: About = {
  title: 'MySQL and MariaDB',
  versions: 'protocol 10, from MySQL 4.1 and MariaDB 5.5 on',
  link: 'https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html',
  reads: [
    'a span for each query (with all its statements and results), each execution of a prepared statement (in bulk too) and each fetch from a cursor',
    'prepared statements by number, so that what is executed has its text; the database in use, as `USE`, the login and the server say it',
    'the number of an error as `error.type` and `db.response.status_code`, with its symbol and SQLSTATE; rows returned',
    '`traceparent` in the attributes of a query, as some connectors send it',
    'connecting, pings, preparing, changes of user and database: spans only where they fail',
  ],
  hides: [
    'passwords and all of authentication, parameters, rows, files of LOAD DATA LOCAL, and what the server says of errors in words',
    'literals in the text of queries, unless `--query-text raw`',
  ],
  limits: [
    'a statement prepared before the agent looked has no text: its span is named EXECUTE or FETCH, and has `underspan.query.unseen`',
    'of a connection that is older than the agent the database in use is not known, and left out, until a `USE` or the server tells it: the database that a row of a result comes from may be another',
    'payloads are read up to 16 KiB; 1024 prepared statements of a connection, 256 Ki characters together, are remembered',
    'once TLS or compression is agreed on, or a replica asks for the log, the connection is left alone',
    'a server that refuses a client instead of greeting it ("Too many connections") makes no span: nothing was asked',
  ],
}

export const mysql: Protocol<MySqlRequest, MySqlResponse> = {
  name: 'mysql',
  about: ABOUT,
  pairing: 'in-order',
  isStore: true,
  captureLimit: MAX_READ,
  detect,
  isSilent,
  open: (late) => new MySqlConversation(late),
  describe,
}
