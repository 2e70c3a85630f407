import type { DnsRequest, DnsResponse } from '../../../src/protocols/dns/message.ts'
import { values } from './dissect.ts'
import type { Judge } from './judge.ts'

/** `1a2b TYPE name RCODE`, each a number but the name. */
export const dnsJudge: Judge = {
  serverPort: 53,
  layers: ['dns'],

  theirs(packets) {
    const rows: { question: string; rcode: string }[] = []
    for (const message of packets.flatMap(({ layers }) => layers.dns!)) {
      if (values(message, 'dns.flags.opcode')[0] !== '0') continue
      const id = Number(values(message, 'dns.id')[0])
      const [type] = values(message, 'dns.qry.type')
      const question = `${id.toString(16)} ${type} ${values(message, 'dns.qry.name')[0]}`
      if (values(message, 'dns.flags.response')[0] === '0') rows.push({ question, rcode: '-' })
      else
        rows.find((row) => row.question === question && row.rcode === '-')!.rcode = values(
          message,
          'dns.flags.rcode',
        )[0]!
    }
    return rows.map(({ question, rcode }) => `${question} ${rcode}`)
  },

  ours(exchanges) {
    return exchanges.map(({ request, response }) => {
      const { id, question } = request as DnsRequest
      const rcode = (response as DnsResponse | undefined)?.rcode ?? '-'
      return `${id.toString(16)} ${question?.type} ${question?.name} ${rcode}`
    })
  },
}
