// The names that a program or library gives to others: kept when it is stripped.
// https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.symtab.html

import { textAt } from './bytes.ts'
import type { ElfFile, ElfSection } from './elf-file.ts'

/** Elf64_Sym. */
const ENTRY = 24
const VALUE_AT = 8
const SECTION_AT = 6
/** libpython has 2,500 symbols, Node 150,000, with 12 MB of names. */
const MAX_TABLE = 1 << 23
const MAX_NAMES = 1 << 24

/** Virtual addresses of those of the names that are defined here; 64-bit files only. */
export function dynamicSymbols(elf: ElfFile, names: readonly string[]): Map<string, number> {
  return symbolsIn(elf, names, '.dynsym', '.dynstr')
}

/** The same of all names, those that a program keeps to itself too: none of a stripped one. */
export function allSymbols(elf: ElfFile, names: readonly string[]): Map<string, number> {
  return symbolsIn(elf, names, '.symtab', '.strtab')
}

function symbolsIn(
  elf: ElfFile,
  names: readonly string[],
  tableName: string,
  textName: string,
): Map<string, number> {
  const found = new Map<string, number>()
  const table = read(elf, tableName, MAX_TABLE)
  const texts = read(elf, textName, MAX_NAMES)
  if (!elf.wide || table.length === 0) return found
  const wanted = placesOf(texts, names)
  const fields = elf.fields(table)
  for (let at = 0; at + ENTRY <= table.length && wanted.size > 0; at += ENTRY) {
    const place = fields.u32(at)
    if (!wanted.has(place) || fields.u16(at + SECTION_AT) === 0) continue
    found.set(textAt(texts, place), fields.u64(at + VALUE_AT))
  }
  return found
}

function read(elf: ElfFile, name: string, limit: number): Uint8Array {
  const section: ElfSection | undefined = elf.section(name)
  return elf.contents(section, limit)
}

/** Where the names stand among all; linkers may let a name begin within another's. */
function placesOf(texts: Uint8Array, names: readonly string[]): Set<number> {
  const all = Buffer.from(texts.buffer, texts.byteOffset, texts.byteLength)
  const places = new Set<number>()
  for (const name of names) {
    const whole = `${name}\0`
    for (let at = all.indexOf(whole); at >= 0; at = all.indexOf(whole, at + 1)) places.add(at)
  }
  return places
}
