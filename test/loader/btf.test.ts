import { describe, expect, test } from 'vitest'
import { Btf } from '../../src/loader/btf.ts'
import { BtfBytes } from './btf-bytes.ts'

function example(): ArrayBuffer {
  const btf = new BtfBytes()
  const u32 = btf.int('unsigned int', 4)
  const port = btf.struct('port', 8, [
    { name: 'number', type: u32, bit: 0 },
    { name: 'flags', type: u32, bit: 32 },
  ])
  const inner = btf.union('', 8, [
    { name: 'pair', type: port, bit: 0 },
    { name: 'raw', type: u32, bit: 32 },
  ])
  const common = btf.typedef('common_t', port)
  btf.struct('sock', 64, [
    { name: 'head', type: common, bit: 64 },
    { name: '', type: inner, bit: 256 },
  ])
  btf.struct('odd', 8, [
    { name: 'low', type: u32, bit: 0, width: 3 },
    { name: 'high', type: u32, bit: 8, width: 8 },
  ])
  btf.typedef('btf_trace_sock_send_length', u32)
  btf.typedef('tcp', u32)
  return btf.toBytes()
}

describe('Btf', () => {
  const btf = new Btf(example())

  test('finds a member, through typedefs and anonymous unions', () => {
    expect(btf.offset('port', 'flags')).toBe(4)
    expect(btf.offset('sock', 'head')).toBe(8)
    expect(btf.offset('sock', 'head.flags')).toBe(12)
    expect(btf.offset('sock', 'raw')).toBe(36)
    expect(btf.offset('sock', 'pair.flags')).toBe(36)
  })

  test('knows no place of what is not there', () => {
    expect(btf.offset('sock', 'tail')).toBeUndefined()
    expect(btf.offset('sock', 'head.tail')).toBeUndefined()
    expect(btf.offset('nothing', 'head')).toBeUndefined()
    expect(btf.offset('tcp', 'head')).toBeUndefined()
  })

  test('gives a bit-field a place only when it begins a byte', () => {
    expect(btf.offset('odd', 'high')).toBe(1)
    expect(btf.offset('odd', 'low')).toBe(0)
  })

  test('tells tracepoints by their typedef', () => {
    expect(btf.hasTracepoint('sock_send_length')).toBe(true)
    expect(btf.hasTracepoint('sock_recv_length')).toBe(false)
    expect(btf.hasTracepoint('send_length')).toBe(false)
  })

  test('refuses what is not BTF', () => {
    expect(() => new Btf(new ArrayBuffer(0))).toThrow('not BTF')
    expect(() => new Btf(new ArrayBuffer(100))).toThrow('not BTF')
  })

  test('never runs past the end of bytes that are cut short', () => {
    const whole = example()
    for (let length = 24; length < whole.byteLength; length++) {
      const cut = new Btf(whole.slice(0, length))
      expect([undefined, 4]).toContain(cut.offset('port', 'flags'))
      expect([undefined, 36]).toContain(cut.offset('sock', 'raw'))
    }
  })
})
