// DNS over UDP and TCP: RFC 1035, EDNS of RFC 6891.
// https://www.rfc-editor.org/rfc/rfc1035

import type { Protocol } from '../protocol.ts'
import { asksFor, DatagramConversation, StreamConversation, unreadRequest } from './conversation.ts'
import { describe, resolvedBy } from './describe.ts'
import { detectDatagram, detectStream } from './detect.ts'
import type { DnsRequest, DnsResponse } from './message.ts'

const CAPTURE_LIMIT = 4096

export const dnsDatagram: Protocol<DnsRequest, DnsResponse> = {
  name: 'dns',
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
  pairing: 'by-id',
  captureLimit: CAPTURE_LIMIT,
  detect: detectStream,
  open: () => new StreamConversation(),
  describe,
  resolvedBy,
}
