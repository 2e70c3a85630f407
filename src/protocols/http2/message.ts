import { messagesOf } from '../grpc/content-type.ts'
import { type Fields, NO_LENGTH } from '../http/fields.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'

const VERSION = '2'

/** `incomplete`: fields of it could not be known. */
export function requestOf(start: number, fields: Fields, incomplete: boolean): HttpRequest {
  const { method, authority, path } = fields
  const mark = path.indexOf('?')
  const host = authority || fields.host
  return {
    start,
    carrier: fields.context,
    method,
    target: path || (method === 'CONNECT' ? authority : ''),
    path: mark === -1 ? path : path.slice(0, mark),
    query: mark === -1 ? '' : path.slice(mark + 1),
    scheme: fields.scheme,
    absolute: false,
    host: host.slice(host.lastIndexOf('@') + 1),
    credentials: false,
    version: VERSION,
    userAgent: fields.userAgent,
    contentType: fields.contentType,
    contentLength: NO_LENGTH,
    forwarded: fields.forwarded,
    forwardedFor: fields.forwardedFor,
    forwardedHost: fields.forwardedHost,
    forwardedProto: fields.forwardedProto,
    timeout: fields.grpcTimeout,
    incomplete,
    messages: messagesOf(fields.contentType),
    reset: undefined,
  }
}

export function responseOf(start: number, fields: Fields, incomplete: boolean): HttpResponse {
  return {
    start,
    status: statusOf(fields),
    version: VERSION,
    contentType: fields.contentType,
    contentLength: NO_LENGTH,
    incomplete,
    messages: messagesOf(fields.contentType),
    grpcStatus: fields.grpcStatus,
    grpcMessage: fields.grpcMessage,
  }
}

/** 0 where there is none, or none that can be. */
export function statusOf({ status }: Fields): number {
  const number = status.length === 3 ? Number(status) : 0
  return number >= 100 && number <= 999 ? number : 0
}
