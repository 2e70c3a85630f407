import { describe, expect, test } from 'vitest'
import { MemberOffsets } from '../../src/loader/layout.ts'
import { type FindOffset, findMemberOffsets } from '../../src/loader/member-offsets.ts'

function found(find: FindOffset) {
  const { bytes, missing } = findMemberOffsets(find)
  return { offsets: new MemberOffsets(new DataView(bytes.buffer)), missing }
}

/** Places by name, 8 for all others. */
const places =
  (known: Record<string, number | undefined>): FindOffset =>
  (struct, member) =>
    `${struct}.${member}` in known ? known[`${struct}.${member}`] : 8

describe('member offsets', () => {
  test('are those of the kernel', () => {
    const { offsets, missing } = found(places({ 'task_struct.files': 2000, 'sock.sk_socket': 288 }))
    expect(missing).toEqual([])
    expect(offsets.taskFiles).toBe(2000)
    expect(offsets.sockSocket).toBe(288)
  })

  test('name what is missing', () => {
    const { missing } = found(places({ 'tcp_sock.write_seq': undefined }))
    expect(missing).toEqual(['tcp_sock.write_seq'])
  })

  test('put members that are read together into one piece', () => {
    const { offsets } = found(
      places({
        'tcp_sock.copied_seq': 1464,
        'tcp_sock.write_seq': 1576,
        'tcp_sock.rcv_nxt': 1664,
        'tcp_sock.snd_una': 1672,
        'tcp_sock.bytes_received': 1752,
        'tcp_sock.bytes_acked': 1824,
      }),
    )
    expect(offsets.tcpPiece).toBe(1464)
    expect(offsets.tcpPieceSize).toBe(1824 + 8 - 1464)
  })

  test('are of no use when a piece would be too large', () => {
    const { missing } = found(places({ 'tcp_sock.bytes_acked': 5000 }))
    expect(missing).toEqual(['sock, tcp_sock: their members lie too far apart'])
  })

  test('know the two ways of counting references to a file', () => {
    const since613 = found(places({ 'file.f_ref': 184 })).offsets
    expect([since613.fileCount, since613.fileCountLast]).toEqual([184, 0])
    const before = found(places({ 'file.f_ref': undefined, 'file.f_count': 56 })).offsets
    expect([before.fileCount, before.fileCountLast]).toEqual([56, 1])
  })

  test('do without IPv6', () => {
    const { offsets, missing } = found(places({ 'sock.__sk_common.skc_v6_daddr': undefined }))
    expect(missing).toEqual([])
    expect(offsets.sockRemoteV6).toBe(0)
  })
})
