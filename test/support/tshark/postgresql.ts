import type { PgRequest, PgResponse } from '../../../src/protocols/postgresql/message.ts'
import { type Tree, values } from './dissect.ts'
import { inTime, type Judge } from './judge.ts'

/** `run TEXT` for each statement that is executed, `error SQLSTATE` for each error. */
export const postgresqlJudge: Judge = {
  serverPort: 5432,
  layers: ['pgsql'],

  theirs(packets) {
    const statements = new Map<string, string>()
    const portals = new Map<string, string>()
    const rows: string[] = []
    const read = (message: Tree) => {
      const of = (field: string) => values(message, `pgsql.${field}`)[0] ?? ''
      const type = of('type')
      if (type === 'Simple query') rows.push(`run ${of('query')}`)
      else if (type === 'Parse') statements.set(of('statement'), of('query'))
      else if (type === 'Bind') portals.set(of('portal'), statements.get(of('statement'))!)
      else if (type === 'Execute') rows.push(`run ${portals.get(of('portal'))}`)
      else if (type === 'Error') rows.push(`error ${of('code')}`)
    }
    for (const { layers } of packets) layers.pgsql!.forEach(read)
    return rows
  },

  ours(exchanges) {
    return inTime(
      exchanges,
      ({ request }) => {
        const { kind, executes, sql } = request as PgRequest
        return kind === 'query' || executes ? `run ${sql}` : undefined
      },
      ({ response }) => {
        const { sqlState = '' } = (response as PgResponse | undefined) ?? {}
        return sqlState ? `error ${sqlState}` : undefined
      },
    )
  },
}
