import { GrpcMessages } from './messages.ts'

const CALL = 'application/grpc'

/** `application/grpc`, `application/grpc+proto`, `application/grpc-web-text` and the like. */
export function isCallType(contentType: string): boolean {
  if (!contentType.startsWith(CALL)) return false
  const next = contentType[CALL.length]
  return next === undefined || next === '+' || next === '-' || next === ';' || next === ' '
}

/** To count the messages in a body of this type; those of grpc-web-text are base64 and not counted. */
export function messagesOf(contentType: string): GrpcMessages | undefined {
  if (!isCallType(contentType)) return undefined
  const isWeb = contentType.startsWith('-web', CALL.length)
  const messages = new GrpcMessages(isWeb)
  if (contentType.startsWith('-web-text', CALL.length)) messages.lost = true
  return messages
}
