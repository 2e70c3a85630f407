import { expect, test } from 'vitest'
import { loadSession, play, SESSION_FOLDERS, sessionsOf } from '../exchanges/session.ts'
import { Traffic } from '../exchanges/traffic.ts'
import { aProcess } from '../support/a-process.ts'
import { aSpanBuilder } from '../support/a-span-builder.ts'
import { aPlace } from '../support/an-exchange.ts'
import { checkSpan } from '../support/check-span.ts'

const SESSIONS = SESSION_FOLDERS.flatMap((folder) =>
  sessionsOf(folder).map((name) => [folder, name] as const),
)

test.each(SESSIONS)('each span of the session %s/%s keeps to the conventions', (folder, name) => {
  for (const role of ['client', 'server'] as const) {
    for (const queryText of ['parameterised', 'raw', 'off'] as const) {
      const traffic = new Traffic()
      play(traffic, loadSession(folder, name), role, 1 << 20)
      const builder = aSpanBuilder({ queryText })
      for (const exchange of traffic.hearing.exchanges) {
        const span = builder.build(exchange, aPlace(), aProcess())
        expect(checkSpan(span), span.name).toEqual([])
      }
    }
  }
})
