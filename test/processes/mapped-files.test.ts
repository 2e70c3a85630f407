import { expect, test } from 'vitest'
import { parseMappedFiles } from '../../src/processes/mapped-files.ts'

const MAPS = `00400000-0041f000 r--p 00000000 fe:00 1234                               /usr/bin/python3.11
0041f000-006b4000 r-xp 0001f000 fe:00 1234                               /usr/bin/python3.11
02000000-02200000 rw-p 00000000 00:00 0                                  [heap]
7f00a0000000-7f00a0021000 rw-p 00000000 00:00 0
7f00b0000000-7f00b0010000 r--p 00002000 fe:00 99   /opt/my app/libpython3.12.so.1.0 (deleted)
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                          [stack]
`

test('the files in a memory map are listed with where they lie, whatever their names', () => {
  expect(parseMappedFiles(MAPS)).toEqual([
    { start: 0x400000, end: 0x41f000, offset: 0, path: '/usr/bin/python3.11', deleted: false },
    {
      start: 0x41f000,
      end: 0x6b4000,
      offset: 0x1f000,
      path: '/usr/bin/python3.11',
      deleted: false,
    },
    {
      start: 0x7f00b0000000,
      end: 0x7f00b0010000,
      offset: 0x2000,
      path: '/opt/my app/libpython3.12.so.1.0',
      deleted: true,
    },
  ])
})

test('a map that was cut off, or is none, has what can be read of it', () => {
  expect(parseMappedFiles('')).toEqual([])
  expect(parseMappedFiles(MAPS.slice(0, 40))).toEqual([])
})
