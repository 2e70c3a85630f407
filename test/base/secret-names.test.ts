import { describe, expect, test } from 'vitest'
import { isSecretName } from '../../src/base/secret-names.ts'

describe('a secret is told by its name', () => {
  for (const name of [
    'Authorization',
    'Proxy-Authorization',
    'cookie',
    'Set-Cookie',
    'X-Api-Key',
    'x-auth-token',
    'X-CSRF-Token',
    'X-XSRF-TOKEN',
    'password',
    'user_passwd',
    'client_secret',
    'access_token',
    'api.key',
    'PGPASSWORD',
    'key',
    'sig',
    'X-Amz-Signature',
    'sessionId',
  ]) {
    test(name, () => expect(isSecretName(name)).toBe(true))
  }
})

describe('no secret is told by its name', () => {
  for (const name of [
    '',
    'author',
    'Host',
    'Content-Length',
    'keyboard',
    'max_tokens',
    'page_token',
    'token_type',
    'password_file',
    'pinned',
    'traceparent',
    'X-B3-TraceId',
    'X-Request-Id',
  ]) {
    test(name || 'no name', () => expect(isSecretName(name)).toBe(false))
  }
})
