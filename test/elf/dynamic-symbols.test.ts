import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dynamicSymbols } from '../../src/elf/dynamic-symbols.ts'
import { ElfFile } from '../../src/elf/elf-file.ts'
import { bytesOf } from '../support/file-bytes.ts'

const node = ElfFile.open(bytesOf(readFileSync(process.execPath)))!

describe('dynamic symbols', () => {
  test('are found by name where they are defined, within the segments of the file', () => {
    const found = dynamicSymbols(node, ['napi_create_object', 'uv_run', 'no_such_name'])
    expect([...found.keys()].toSorted()).toEqual(['napi_create_object', 'uv_run'])
    for (const address of found.values()) expect(node.memory(address, 4)).toHaveLength(4)
  })

  test('are none for names that others define', () => {
    expect(dynamicSymbols(node, ['malloc', 'pthread_create']).size).toBe(0)
  })

  test('are none in a file without them, however it is cut or damaged', () => {
    const head = readFileSync(process.execPath).subarray(0, 4096)
    for (let length = 52; length < head.length; length += 61) {
      const elf = ElfFile.open(bytesOf(head.subarray(0, length)))
      expect(elf && dynamicSymbols(elf, ['uv_run']).size).toBe(0)
    }
  })

  test('are none where the table of names is cut off or lies beyond the file', () => {
    const bytes = readFileSync(process.execPath)
    const table = node.section('.dynstr')!
    const cut = ElfFile.open({
      read: (at, length) =>
        at === table.offset ? new Uint8Array(0) : bytes.subarray(at, at + length),
    })!
    expect(dynamicSymbols(cut, ['uv_run']).size).toBe(0)
  })
})
