import { expect, test } from 'vitest'
import { blank } from '../../../src/events/redaction/blank.ts'

test('blanking keeps nothing but what kind of byte stood where', () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i)
  blank(all, 0, 256)
  expect([...new Set(all)].toSorted((a, b) => a - b)).toEqual([0, 9, 10, 13, 32, 64, 120])
  const text = Buffer.from('{"pin": 1234}\r\nÄ-b\x00c')
  blank(text, 1, text.length)
  expect(text.toString('latin1')).toBe('{@xxx@@ xxxx@\r\n@@xx\x00x')
})
