import type { HttpResponse } from '../http/message.ts'

/**
 * A trailer of gRPC-Web, which stands in the body as a line of HTTP/1; '' if there is none or it was not
 * seen. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
 */
export function webTrailer(response: HttpResponse, name: string): string {
  const trailers = response.messages?.trailers
  if (!trailers) return ''
  for (const line of trailers.split('\r\n', 64)) {
    const colon = line.indexOf(':')
    if (colon > 0 && line.slice(0, colon).trim().toLowerCase() === name)
      return line.slice(colon + 1).trim()
  }
  return ''
}
