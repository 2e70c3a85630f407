import type { PgRequest, PgResponse } from '../../../src/protocols/postgresql/message.ts'
import { type Tree, values } from './dissect.ts'
import { inTime, type Judge } from './judge.ts'

/** `run TEXT` for each statement that is executed, `error SQLSTATE` for each error; then the number of rows. */
export const postgresqlJudge: Judge = {
  serverPort: 5432,
  layers: ['pgsql'],

  theirs(packets) {
    const statements = new Map<string, string>()
    const portals = new Map<string, string>()
    const said: string[] = []
    let rows = 0
    const read = (message: Tree) => {
      const of = (field: string) => values(message, `pgsql.${field}`)[0] ?? ''
      const type = of('type')
      if (type === 'Simple query') said.push(`run ${of('query')}`)
      else if (type === 'Parse') statements.set(of('statement'), of('query'))
      else if (type === 'Bind') portals.set(of('portal'), statements.get(of('statement'))!)
      else if (type === 'Execute') said.push(`run ${portals.get(of('portal'))}`)
      else if (type === 'Data row') rows++
      else if (type === 'Error') said.push(`error ${of('code')}`)
    }
    for (const { layers } of packets) layers.pgsql!.forEach(read)
    return [...said, `${rows} rows`]
  },

  ours(exchanges) {
    const said = inTime(
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
    const answers = exchanges.map(({ response }) => response as PgResponse | undefined)
    return [...said, `${answers.reduce((sum, answer) => sum + (answer?.rows ?? 0), 0)} rows`]
  },
}
