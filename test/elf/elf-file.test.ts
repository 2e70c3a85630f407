import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { latin } from '../../src/elf/bytes.ts'
import { ElfFile } from '../../src/elf/elf-file.ts'
import { goBuildInfo } from '../../src/elf/go-build-info.ts'
import { bytesOf } from '../support/file-bytes.ts'
import { goProgram } from '../support/go-program.ts'

const node = readFileSync(process.execPath)

describe('ELF file', () => {
  test('lists the sections of a real program and reads one of them', () => {
    const elf = ElfFile.open(bytesOf(node))
    expect(elf?.wide).toBe(true)
    expect(elf?.sections.map((section) => section.name)).toContain('.rodata')
    const interpreter = elf?.contents(elf.section('.interp'), 100) ?? new Uint8Array()
    expect(latin(interpreter)).toContain('ld-linux')
  })

  test('reads memory through the segment that maps it', () => {
    const elf = ElfFile.open(bytesOf(node))
    const section = elf?.section('.interp')
    expect(latin(elf?.memory(section?.address ?? 0, 9) ?? new Uint8Array())).toBe('/lib64/ld')
    expect(elf?.memory(1, 8)).toHaveLength(0)
  })

  test('finds the build id among the notes', () => {
    const notes = [...(ElfFile.open(bytesOf(node))?.notes() ?? [])]
    const id = notes.find((note) => note.owner === 'GNU' && note.type === 3)
    expect(id?.description).toHaveLength(20)
  })

  test('reads a 32-bit big-endian file', () => {
    const elf = ElfFile.open(bytesOf(bigEndian32()))
    expect(elf?.wide).toBe(false)
    expect(elf?.sections.map((section) => section.name)).toEqual(['', '.names'])
    expect(latin(elf?.contents(elf.section('.names'), 100) ?? new Uint8Array())).toBe('\0.names\0')
  })

  test('is nothing for text, an empty file and a cut magic', () => {
    for (const content of ['', '\x7fEL', '#!/bin/sh\n', '\x7fELF']) {
      expect(ElfFile.open(bytesOf(Buffer.from(content, 'latin1')))).toBeUndefined()
    }
  })

  test('survives being cut at every length and every byte of its headers changed', () => {
    const small = bigEndian32()
    for (let length = 0; length < small.length; length++) {
      readAll(small.subarray(0, length))
    }
    for (let at = 4; at < small.length; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const hostile = Buffer.from(small)
        hostile[at] = value
        readAll(hostile)
      }
    }
  })
})

function readAll(bytes: Uint8Array): void {
  const elf = ElfFile.open(bytesOf(bytes))
  if (!elf) return
  for (const section of elf.sections) elf.contents(section, 1000)
  expect([...elf.notes()].length).toBeLessThan(10_000)
  expect(goBuildInfo(elf)).toBeUndefined()
}

/** Header, two sections, the second of which holds their names; one segment of notes. */
function bigEndian32(): Buffer {
  const file = Buffer.alloc(52 + 32 + 80 + 16 + 8)
  file.write('\x7fELF\x01\x02\x01', 'latin1')
  file.writeUInt32BE(52, 28)
  file.writeUInt32BE(84, 32)
  file.writeUInt16BE(1, 44)
  file.writeUInt16BE(2, 48)
  file.writeUInt16BE(1, 50)
  file.writeUInt32BE(4, 52)
  file.writeUInt32BE(164, 56)
  file.writeUInt32BE(16, 68)
  file.writeUInt32BE(1, 124)
  file.writeUInt32BE(3, 128)
  file.writeUInt32BE(180, 140)
  file.writeUInt32BE(8, 144)
  file.write('\0\0\0\x04\0\0\0\0\0\0\0\x01abc\0', 164, 'latin1')
  file.write('\0.names\0', 180, 'latin1')
  return file
}

describe.skipIf(goProgram() === undefined)('Go build info', () => {
  const program = () => readFileSync(goProgram() as string)

  test('names version and main package of a program of the Go distribution', () => {
    const elf = ElfFile.open(bytesOf(program()))
    const info = elf && goBuildInfo(elf)
    expect(info?.version).toMatch(/^go1\.\d+/)
    expect(info?.path).toMatch(/^cmd\//)
  })

  test('is found without a section table', () => {
    const bare = Buffer.from(program())
    bare.writeUInt16LE(0, 60)
    const elf = ElfFile.open(bytesOf(bare))
    expect(elf?.sections).toHaveLength(0)
    expect(elf && goBuildInfo(elf)?.version).toMatch(/^go1\.\d+/)
  })

  test('is absent from a program that Go did not make', () => {
    const elf = ElfFile.open(bytesOf(node))
    expect(elf && goBuildInfo(elf)).toBeUndefined()
  })
})

describe('Go build info of old programs', () => {
  test('is read through pointers, as before Go 1.18', () => {
    const elf = ElfFile.open(bytesOf(goBefore118()))
    expect(elf && goBuildInfo(elf)).toEqual({ version: 'go1.16.5', path: 'example.com/shop' })
  })
})

/** One writable segment at 0x1000: header, two Go strings, their bytes. */
function goBefore118(): Buffer {
  const file = Buffer.alloc(512)
  file.write('\x7fELF\x02\x01\x01', 'latin1')
  file.writeUInt32LE(64, 32)
  file.writeUInt16LE(1, 56)
  file.writeUInt32LE(1, 64)
  file.writeUInt32LE(6, 68)
  file.writeUInt32LE(128, 72)
  file.writeUInt32LE(0x1000, 80)
  file.writeUInt32LE(384, 96)
  file.write('\xff Go buildinf:\x08\0', 128, 'latin1')
  const modules = '0123456789abcdefpath\texample.com/shop\nmod\texample.com/shop\t(devel)\n'
  const text = (at: number, header: number, content: string) => {
    file.writeUInt32LE(0x1000 + header, 128 + at)
    file.writeUInt32LE(0x1000 + header + 16, 128 + header)
    file.writeUInt32LE(content.length, 128 + header + 8)
    file.write(content, 128 + header + 16, 'latin1')
  }
  text(16, 32, 'go1.16.5')
  text(24, 64, modules)
  return file
}
