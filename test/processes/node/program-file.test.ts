import { describe, expect, test } from 'vitest'
import { loadedFrom, memberOfInternalFields } from '../../../src/processes/node/program-file.ts'

const code = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

/** uv_default_loop and uv__platform_invalidate_fd of the official builds for x86-64. */
const DEFAULT_LOOP = {
  '20.20.2': ['55 48 89 e5 41 54 48 83 ec 08 4c 8b 25 87 44 dc 03 4d 85 e4', 0x18ab550, 0x566f9e8],
  '22.23.3': ['55 48 89 e5 41 54 48 83 ec 08 4c 8b 25 57 01 e2 04 4d 85 e4', 0x1d362a0, 0x6b56408],
  '24.21.0': ['55 48 89 e5 53 48 83 ec 08 48 8b 1d 08 9a 18 05 48 85 db', 0x1a0b070, 0x6b94a88],
} as const
const INVALIDATE = {
  '20.20.2': [
    '55 49 89 f9 41 89 f0 48 89 e5 48 83 ec 10 4c 8b 5f 28 4d 8b 93 d8 01 00 00 4d 85 d2',
    0x1d8,
  ],
  '22.23.3': [
    '55 49 89 fa 41 89 f0 48 89 e5 48 83 ec 10 48 8b 47 28 4c 8b 88 b8 01 00 00 4d 85 c9',
    0x1b8,
  ],
  '24.21.0': ['55 89 f2 48 89 e5 48 83 ec 10 48 8b 47 28 4c 8b 90 b8 01 00 00 4d 85 d2', 0x1b8],
} as const

describe('the code of Node', () => {
  test.each(Object.entries(DEFAULT_LOOP))('%s says where its loop is', (_, [bytes, at, loop]) => {
    expect(loadedFrom(code(bytes), at)).toBe(loop)
  })

  test.each(Object.entries(INVALIDATE))(
    '%s says which member tells that it polls',
    (_, [bytes, at]) => {
      expect(memberOfInternalFields(code(bytes))).toBe(at)
    },
  )

  test('says nothing where it is other code', () => {
    expect(loadedFrom(code('55 48 89 e5 c3'), 0x1000)).toBeUndefined()
    expect(memberOfInternalFields(code('55 48 8b 47 28 c3'))).toBeUndefined()
    expect(memberOfInternalFields(code('4c 8b 88 b8 01 00 00 4d 85 c9'))).toBeUndefined()
    const odd = '48 8b 47 28 4c 8b 90 b9 01 00 00 00 00 00'
    expect(memberOfInternalFields(code(odd))).toBeUndefined()
    const far = '48 8b 47 28 4c 8b 90 00 00 01 00 00 00 00'
    expect(memberOfInternalFields(code(far))).toBeUndefined()
    for (let length = 0; length < 20; length++)
      expect(loadedFrom(code(DEFAULT_LOOP['24.21.0'][0]).subarray(0, length), 0)).toBe(
        length < 16 ? undefined : 0x6b94a88 - 0x1a0b070,
      )
  })
})
