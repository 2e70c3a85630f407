import { Command } from '../../../src/protocols/mysql/commands.ts'
import type { MySqlRequest, MySqlResponse } from '../../../src/protocols/mysql/message.ts'
import { nodes, values } from './dissect.ts'
import { inTime, type Judge } from './judge.ts'

const PREPARE = String(Command.stmtPrepare)
/** Nobody answers these: they are no exchange. */
const UNANSWERED = new Set([Command.quit, Command.stmtSendLongData, Command.stmtClose].map(String))
/** Of MariaDB: the statement prepared last, whose number is not known yet. */
const PREPARED_LAST = String(0xffff_ffff)

/** `COMMAND TEXT` for each command, by its number, `error CODE SQLSTATE` for each error. */
export const mysqlJudge: Judge = {
  serverPort: 3306,
  layers: ['mysql'],

  theirs(packets) {
    const statements = new Map<string, string>()
    const rows: string[] = []
    for (const message of packets.flatMap(({ layers }) => layers.mysql!)) {
      const of = (field: string) => values(message, `mysql.${field}`)[0]
      const [id, code, command] = [of('stmt_id'), of('error_code'), of('command')]
      if (code !== undefined) rows.push(`error ${code} ${of('sqlstate') ?? ''}`)
      if (nodes(message, 'mysql.request').length === 0) {
        if (id !== undefined) statements.set(id, statements.get(PREPARED_LAST)!)
        continue
      }
      const text = of('query') ?? statements.get(id ?? '') ?? ''
      if (command === PREPARE) statements.set(PREPARED_LAST, text)
      if (!UNANSWERED.has(command!)) rows.push(`${command} ${text}`)
    }
    return rows
  },

  ours(exchanges) {
    return inTime(
      exchanges,
      ({ request }) => {
        const { command, text } = request as MySqlRequest
        return command === Command.login ? undefined : `${command} ${text}`
      },
      ({ response }) => {
        const { error = 0, sqlState = '' } = (response as MySqlResponse | undefined) ?? {}
        return error > 0 ? `error ${error} ${sqlState}` : undefined
      },
    )
  },
}
