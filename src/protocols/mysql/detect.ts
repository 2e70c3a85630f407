import type { Verdict } from '../protocol.ts'
import { lookAtAnswer } from './answer-shape.ts'
import { lookAtCommand } from './command-shape.ts'
import { isGreeting, isHandshakeResponse, isRefusal } from './handshake.ts'
import { HEADER, lengthAt } from './packet.ts'

/** The greeting, the handshake response, commands by their shape, and answers by theirs. */
export function detect(head: Uint8Array): Verdict {
  const end = head.length
  if (end > HEADER) {
    const login = isHandshakeResponse(head, 0, end)
    if (login === true) return 'request'
    const greeting = head[3] === 0 && isGreeting(head, HEADER, end, lengthAt(head, 0))
    if (greeting === true || isRefusal(head, end)) return 'response'
    if (login === undefined || greeting === undefined) return 'need-more'
  }
  const command = lookAtCommand(head, 0, end)
  return command === 'no' ? lookAtAnswer(head, 0, end) : command
}
