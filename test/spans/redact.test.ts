import { describe, expect, test } from 'vitest'
import { Redaction } from '../../src/spans/redact.ts'

const hide = new Redaction({ urlQuery: 'hide', showSecrets: false })
const keys = new Redaction({ urlQuery: 'keys', showSecrets: false })
const show = new Redaction({ urlQuery: 'show', showSecrets: false })
const open = new Redaction({ urlQuery: 'show', showSecrets: true })

const JWT = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.${'a'.repeat(43)}`

describe('a query', () => {
  test('is left out by default', () => {
    expect(hide.query('q=shoes&token=x')).toBe('')
  })

  test('keeps its names, and no value, when keys are asked for', () => {
    expect(keys.query('q=shoes&page=2&flag&token=x')).toBe(
      'q=REDACTED&page=REDACTED&flag&token=REDACTED',
    )
  })

  const SHOWN: [raw: string, shown: string][] = [
    ['q=shoes&page=2', 'q=shoes&page=2'],
    [
      'password=x&PassWord=x&user_password=x',
      'password=REDACTED&PassWord=REDACTED&user_password=REDACTED',
    ],
    [
      'access_token=x&refresh-token=y&id_token=z',
      'access_token=REDACTED&refresh-token=REDACTED&id_token=REDACTED',
    ],
    ['api_key=x&apiKey=y&key=z', 'api_key=REDACTED&apiKey=REDACTED&key=REDACTED'],
    [
      'sig=x&Signature=y&X-Amz-Signature=z',
      'sig=REDACTED&Signature=REDACTED&X-Amz-Signature=REDACTED',
    ],
    ['AWSAccessKeyId=x&X-Amz-Credential=y', 'AWSAccessKeyId=REDACTED&X-Amz-Credential=REDACTED'],
    ['X-Goog-Signature=x&client_secret=y', 'X-Goog-Signature=REDACTED&client_secret=REDACTED'],
    ['pass%77ord=x', 'pass%77ord=REDACTED'],
    ['pass%zzword=x', 'pass%zzword=x'],
    ['PHPSESSIONID=x&jsessionid=y', 'PHPSESSIONID=REDACTED&jsessionid=REDACTED'],
    ['max_tokens=5&page_token_type=x', 'max_tokens=5&page_token_type=x'],
    [`x=${JWT}`, 'x=REDACTED'],
    ['x=AKIAIOSFODNN7EXAMPLE', 'x=REDACTED'],
    [`next=https://ann:pw@shop/`, 'next=https://REDACTED:REDACTED@shop/'],
    [`${JWT}`, 'REDACTED'],
    ['a==b&=c&&', 'a==b&=c&&'],
  ]
  for (const [raw, shown] of SHOWN) {
    test(`${raw.slice(0, 50)} is shown as ${shown.slice(0, 50)}`, () => {
      expect(show.query(raw)).toBe(shown)
    })
  }

  test('is shown as it was sent when secrets are wanted', () => {
    expect(open.query('password=x')).toBe('password=x')
  })

  test('has a length', () => {
    expect(show.query('a'.repeat(100_000)).length).toBeLessThanOrEqual(2048)
    expect(open.query('a'.repeat(100_000)).length).toBeLessThanOrEqual(2048)
  })
})

describe('a URL', () => {
  const URLS: [raw: string, shown: string][] = [
    ['http://shop/cart', 'http://shop/cart'],
    ['http://ann:pw@shop/cart', 'http://REDACTED:REDACTED@shop/cart'],
    ['http://ann@shop/cart', 'http://REDACTED@shop/cart'],
    ['http://shop/@ann', 'http://shop/@ann'],
    [`/reset/${JWT}`, '/reset/REDACTED'],
    [`/bot123456789:AA${'x'.repeat(33)}/sendMessage`, '/botREDACTED/sendMessage'],
    [`/x/ghp_${'a1B2'.repeat(9)}/y`, '/x/REDACTED/y'],
    ['/a/very/long/path/that/has/nothing/to/hide', '/a/very/long/path/that/has/nothing/to/hide'],
  ]
  for (const [raw, shown] of URLS) {
    test(`${raw.slice(0, 50)} is shown as ${shown}`, () => {
      expect(hide.url(raw)).toBe(shown)
      expect(open.url(raw)).toBe(raw)
    })
  }

  test('made to be slow is not', () => {
    for (const hostile of [
      'eyJ'.repeat(20_000),
      `eyJ${'a'.repeat(60_000)}`,
      '://@'.repeat(20_000),
    ]) {
      expect(hide.url(`${hostile}/end`)).toMatch(/\/end$/)
    }
  })
})

describe('a command line', () => {
  const LINES: [raw: string, shown: string][] = [
    ['python3 shop.py --port 80', 'python3 shop.py --port 80'],
    ['shop --password hunter2 --port 80', 'shop --password REDACTED --port 80'],
    ['shop --password=hunter2', 'shop --password=REDACTED'],
    [
      'java -Ddb.password=x -Dapi.key=y -jar shop.jar',
      'java -Ddb.password=REDACTED -Dapi.key=REDACTED -jar shop.jar',
    ],
    ['shop --api-key x --token y', 'shop --api-key REDACTED --token REDACTED'],
    ['shop postgres://ann:pw@db/till', 'shop postgres://REDACTED:REDACTED@db/till'],
    ['env PGPASSWORD=x psql', 'env PGPASSWORD=REDACTED psql'],
    ['/usr/bin/curl -u ann:pw http://shop', '/usr/bin/curl -u REDACTED http://shop'],
    ['curl -uann:pw http://shop', 'curl -uREDACTED http://shop'],
    ['mysql -psecret till', 'mysql -pREDACTED till'],
    ['mysql -p till', 'mysql -p till'],
    ['redis-cli -a x ping', 'redis-cli -a REDACTED ping'],
    [`shop ${JWT}`, 'shop REDACTED'],
    ['shop --password-file /run/secrets/x', 'shop --password-file /run/secrets/x'],
    ['token', 'token'],
  ]
  for (const [raw, shown] of LINES) {
    test(`${raw.slice(0, 60)} is shown as ${shown}`, () => {
      expect(hide.args(raw.split(' ')).join(' ')).toBe(shown)
      expect(open.args(raw.split(' ')).join(' ')).toBe(raw)
    })
  }

  test('hides headers that are arguments', () => {
    expect(
      hide.args(['curl', '-H', 'Authorization: Bearer x', '-H', 'X-Api-Key: y', '-H', 'Accept: z']),
    ).toEqual([
      'curl',
      '-H',
      'Authorization: REDACTED',
      '-H',
      'X-Api-Key: REDACTED',
      '-H',
      'Accept: z',
    ])
  })

  test('has a length', () => {
    const long = hide.args(Array.from({ length: 10_000 }, () => 'x'.repeat(5000)))
    expect(long).toHaveLength(128)
    expect(long[0]).toHaveLength(1024)
  })
})
