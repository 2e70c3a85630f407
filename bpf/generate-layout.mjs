// Turns the BTF of build/layout.bpf.o, and the place of the knobs in the linked object, into
// TypeScript: the events themselves, or what the maps and knobs hold (which the loader needs).
// usage: generate-layout.mjs events|loader LAYOUT_OBJECT LINKED_OBJECT WIRE_HASH
import { execFileSync } from 'node:child_process'

/** These are the events' own; all others are the loader's, and the events' file passes them on. */
const OF_EVENTS = new Set([
  'event_header',
  'socket_event',
  'data_event',
  'close_event',
  'process_event',
  'event_kind',
  'direction',
  'socket_role',
  'socket_flag',
  'data_flag',
])

/** Structs that user space writes, too. */
const WRITTEN = new Set([
  'socket_verdict',
  'proto_infer_cache',
  'protocol_filter',
  'wake',
  'trace_conf',
  'proc_info',
  'proc_info_count',
  'knobs',
  'member_offsets',
])

const [which, layoutObject, linkedObject, wireHash] = process.argv.slice(2)
const types = readTypes(layoutObject)
const out = ['// Generated from bpf/include by bpf/generate-layout.mjs. Do not edit.', '']
if (which === 'events') out.push("export * from '../loader/layout.ts'", '')
else {
  out.push('/** Of the headers; the object carries the same number in its knobs. */')
  out.push(`export const WIRE_HASH = ${Number.parseInt(wireHash, 16)}`, '')
}
out.push('const NO_VIEW = new DataView(new ArrayBuffer(0))', '')
for (const anchor of types.values()) {
  if (anchor.kind !== 'VAR') continue
  const type = strip(types, anchor.type_id)
  if (OF_EVENTS.has(type.name) !== (which === 'events')) continue
  if (type.kind === 'STRUCT') emitStruct(type)
  else if (type.kind === 'ENUM') emitEnum(type)
}
if (which === 'loader') emitRodata()
process.stdout.write(out.join('\n'))

function readTypes(object) {
  const dump = execFileSync('bpftool', ['-j', 'btf', 'dump', 'file', object], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  return new Map(JSON.parse(dump).types.map((type) => [type.id, type]))
}

function emitStruct(type) {
  out.push(
    `/** struct ${type.name}, ${type.size} bytes. Borrowed: valid as long as the view is. */`,
  )
  out.push(`export class ${pascal(type.name)} {`)
  out.push(`  static readonly size = ${type.size}`, '  view: DataView', '  at: number', '')
  out.push('  constructor(view: DataView = NO_VIEW, at = 0) {')
  out.push('    this.view = view', '    this.at = at', '  }', '')
  emitMembers(type, 0, '', WRITTEN.has(type.name))
  out.push('}', '')
}

function emitMembers(type, base, prefix, written) {
  for (const member of type.members) {
    const field = strip(types, member.type_id)
    const offset = base + member.bits_offset / 8
    if (member.bitfield_size)
      throw new Error(`${type.name}.${member.name}: no bit-fields on the wire`)
    if (member.name.startsWith('pad_')) continue
    if (field.kind === 'STRUCT') emitMembers(field, offset, `${prefix}${member.name}_`, written)
    else if (field.kind === 'ARRAY') emitArray(camel(prefix + member.name), field, offset, written)
    else emitScalar(camel(prefix + member.name), field.size, offset, written)
  }
}

function emitScalar(name, size, offset, written) {
  const at = `this.at + ${offset}`
  out.push(`  get ${name}(): number { return ${reader(size, at)} }`)
  if (written) out.push(`  set ${name}(value: number) { ${writer(size, at)} }`)
}

function emitArray(name, field, offset, written) {
  const size = strip(types, field.type_id).size
  out.push(`  get ${name}At(): number { return this.at + ${offset} }`)
  if (field.nr_elems === 0 || size === 1) return
  const at = `this.at + ${offset} + index * ${size}`
  out.push(`  /** \`index\` below ${field.nr_elems}. */`)
  out.push(`  ${name}(index: number): number { return ${reader(size, at)} }`)
  if (written)
    out.push(`  set${pascal(name)}(index: number, value: number): void { ${writer(size, at)} }`)
}

function reader(size, at) {
  if (size === 1) return `this.view.getUint8(${at})`
  if (size < 8) return `this.view.getUint${size * 8}(${at}, true)`
  return `this.view.getUint32(${at}, true) + this.view.getUint32(${at} + 4, true) * 0x1_0000_0000`
}

function writer(size, at) {
  if (size === 1) return `this.view.setUint8(${at}, value)`
  if (size < 8) return `this.view.setUint${size * 8}(${at}, value, true)`
  return `this.view.setUint32(${at}, value >>> 0, true); this.view.setUint32(${at} + 4, value / 0x1_0000_0000, true)`
}

function emitEnum(type) {
  const prefix = commonPrefix(type.values.map((value) => value.name))
  out.push(`/** enum ${type.name} */`, `export const ${pascal(type.name)} = {`)
  for (const { name, val } of type.values) {
    out.push(`  ${camel(name.slice(prefix.length).toLowerCase())}: ${val},`)
  }
  out.push('} as const', '')
}

/** Words (up to and with an underscore) that all names begin with. */
function commonPrefix(names) {
  let prefix = ''
  for (const word of names[0].split('_').slice(0, -1)) {
    if (!names.every((name) => name.startsWith(`${prefix}${word}_`))) break
    prefix += `${word}_`
  }
  return prefix
}

/** Where the loader finds what it sets before loading. */
function emitRodata() {
  const linked = readTypes(linkedObject)
  const section = [...linked.values()].find(
    (type) => type.kind === 'DATASEC' && type.name === '.rodata',
  )
  out.push("/** Bytes from the start of the object's .rodata. */", 'export const Rodata = {')
  for (const { type_id, offset } of section.vars) {
    out.push(`  ${camel(linked.get(type_id).name)}: ${offset},`)
  }
  out.push('} as const', '')
}

function strip(all, id) {
  let type = all.get(id)
  while (['TYPEDEF', 'CONST', 'VOLATILE'].includes(type.kind)) type = all.get(type.type_id)
  return type
}

function camel(snake) {
  return snake.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
}

function pascal(name) {
  return name[0].toUpperCase() + camel(name).slice(1)
}
