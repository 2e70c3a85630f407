// DNS over UDP and TCP: RFC 1035, EDNS of RFC 6891.
// https://www.rfc-editor.org/rfc/rfc1035

import type { About, Protocol } from '../protocol.ts'
import { asksFor, DatagramConversation, StreamConversation, unreadRequest } from './conversation.ts'
import { describe, resolvedBy } from './describe.ts'
import { detectDatagram, detectStream } from './detect.ts'
import type { DnsRequest, DnsResponse } from './message.ts'

const CAPTURE_LIMIT = 4096

const ABOUT: About = {
  title: 'DNS',
  versions: 'RFC 1035, EDNS',
  link: 'https://www.rfc-editor.org/rfc/rfc1035',
  reads: [
    'a span for each query, named by its type and name (`A db.example`; `PTR` alone for addresses); a query that is sent again is one span',
    '`dns.question.name`, `dns.answers` (addresses, up to 64), and as `underspan.dns.*` the type, the response code and whether the answer did not fit',
    'the response code as `error.type` at the client; at the server SERVFAIL and NOTIMP alone',
    'names of the addresses that a process connects to next: `server.address`, where the protocol spoken there says none',
    "glibc's pair of queries for A and AAAA, which is not copied: read from the answers, with the time at which it was sent; unanswered, it is a span `DNS` without a name",
    'a query without an answer ends as `timeout` ten seconds after it was sent last; its span is as long as resolvers wait, five seconds from then',
  ],
  hides: ['records that are no addresses'],
  limits: [
    'over UDP on port 53, on ports given by `--port`, and where it was found twice: datagrams of other ports are not copied. Over TCP on any port',
    'mDNS and LLMNR, several questions in a message, operations other than QUERY, NOTIFY and UPDATE are left alone',
    'of a datagram socket that is not connected the other end is not known, so that its spans name no peer',
    "a DNS server's calls to others have no parent where it runs a loop: datagrams that come in tell nothing of what it works for",
    'DNS over TLS, HTTPS and QUIC is not seen, nor what a process asks of nscd or systemd-resolved by other ways',
  ],
}

export const dnsDatagram: Protocol<DnsRequest, DnsResponse> = {
  name: 'dns',
  about: ABOUT,
  pairing: 'by-id',
  carriedBy: 'datagram',
  datagramPorts: [53],
  captureLimit: CAPTURE_LIMIT,
  detect: detectDatagram,
  open: () => new DatagramConversation(),
  describe,
  asksFor,
  unreadRequest,
  resolvedBy,
}

export const dnsStream: Protocol<DnsRequest, DnsResponse> = {
  name: 'dns',
  about: ABOUT,
  pairing: 'by-id',
  captureLimit: CAPTURE_LIMIT,
  detect: detectStream,
  open: () => new StreamConversation(),
  describe,
  resolvedBy,
}
