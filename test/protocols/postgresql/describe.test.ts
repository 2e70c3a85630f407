import { describe, expect, test } from 'vitest'
import { PgRequest, PgResponse } from '../../../src/protocols/postgresql/message.ts'
import { isDeprecated, isRegistered } from '../../support/semconv-registry.ts'
import {
  AUTHENTICATED,
  BOUND,
  bind,
  complete,
  describe as describeExchange,
  execute,
  failure,
  query,
  READY,
  Reading,
  row,
  STARTUP,
  SYNC,
} from './messages.ts'

const SQL = "SELECT id FROM orders WHERE customer = 'Ann' AND id IN (1, 2)"

function ask(sql: string, ...answer: Buffer[]): [PgRequest, PgResponse] {
  const reading = new Reading()
    .client(STARTUP)
    .server(AUTHENTICATED)
    .client(query(sql))
    .server(...answer)
  return [reading.requests[1]!, reading.responses[1]!]
}

describe('a span', () => {
  test('has the attributes of the conventions', () => {
    const facts = describeExchange(...ask(SQL, row('1'), complete('SELECT 1'), READY), 'answered')
    expect(facts).toEqual({
      name: 'SELECT orders',
      error: undefined,
      errorMessage: undefined,
      attributes: {
        'db.system.name': 'postgresql',
        'db.namespace': 'shop',
        'db.query.summary': 'SELECT orders',
        'db.query.text': 'SELECT id FROM orders WHERE customer = ? AND id IN (?)',
        'db.response.returned_rows': 1,
      },
    })
    for (const name of Object.keys(facts.attributes)) {
      expect(isRegistered(name), name).toBe(true)
      expect(isDeprecated(name), name).toBe(false)
    }
  })

  test('has the text as sent, or none, where that is asked for', () => {
    const [request, response] = ask(SQL, complete('SELECT 0'), READY)
    const text = (queryText: 'raw' | 'off') =>
      describeExchange(request, response, 'answered', queryText).attributes['db.query.text']
    expect([text('raw'), text('off')]).toEqual([SQL, undefined])
  })

  test('has SQLSTATE as status and error, its condition in words, and no words of the server', () => {
    const facts = describeExchange(...ask(SQL, failure('23505'), READY), 'answered')
    expect(facts).toMatchObject({ error: '23505', errorMessage: 'unique_violation' })
    expect(facts.attributes['db.response.status_code']).toBe('23505')
    expect(JSON.stringify(facts)).not.toContain('data')
  })

  test('has the name of the class where the condition is not known', () => {
    const facts = describeExchange(...ask(SQL, failure('22P99'), READY), 'answered')
    expect(facts.errorMessage).toBe('data_exception')
    const own = describeExchange(...ask(SQL, failure('AB123'), READY), 'answered')
    expect([own.error, own.errorMessage]).toEqual(['AB123', undefined])
  })

  test('counts rows only of an answer that was read to its end', () => {
    const [request, response] = ask(SQL, row('1'))
    const facts = describeExchange(request, response, 'answered')
    expect(facts.attributes['db.response.returned_rows']).toBeUndefined()
    const none = describeExchange(...ask(SQL, complete('SELECT 0'), READY), 'answered')
    expect(none.attributes['db.response.returned_rows']).toBe(0)
    const update = describeExchange(...ask('UPDATE a SET b = 1', complete('UPDATE 9'), READY))
    expect(update.attributes['db.response.returned_rows']).toBeUndefined()
  })

  test('without a text is named after what the server says it did', () => {
    const reading = new Reading(true).client(bind('old'), execute(), SYNC)
    reading.server(BOUND, complete('INSERT 0 1'), READY)
    const facts = describeExchange(reading.requests[0]!, reading.responses[0], 'answered')
    expect(facts.name).toBe('INSERT')
    expect(facts.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.operation.name': 'INSERT',
      'underspan.query.unseen': true,
    })
  })

  test.each([
    ['reset', 'connection_reset'],
    ['timeout', 'timeout'],
    ['closed', 'connection_closed'],
    ['answer-lost', undefined],
  ] as const)('of an exchange that ended with %s says so', (outcome, error) => {
    const [request] = ask(SQL)
    expect(describeExchange(request, undefined, outcome).error).toBe(error)
  })

  test('of a statement that makes no sense is named after the system', () => {
    expect(describeExchange(...ask('SELEC 1', failure('42601'), READY)).name).toBe('postgresql')
  })

  test('warns of nothing: classes below 02 are no errors', () => {
    const request = new PgRequest(0, 'query', '', 0)
    const response = new PgResponse(0, request)
    response.sqlState = '01000'
    const facts = describeExchange(request, response, 'answered')
    expect(facts.error).toBeUndefined()
    expect(facts.attributes['db.response.status_code']).toBe('01000')
  })
})
