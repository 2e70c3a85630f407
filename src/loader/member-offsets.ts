import { MemberOffsets } from './layout.ts'

type Field = Exclude<keyof MemberOffsets, 'view' | 'at'>
type Place = readonly [struct: string, ...spellings: string[]]

/** Where each member is looked for; the spellings are those of kernels, the newest first. */
const PLACES: { readonly [Name in Field]?: Place } = {
  taskFiles: ['task_struct', 'files'],
  taskGroupLeader: ['task_struct', 'group_leader'],
  taskRealParent: ['task_struct', 'real_parent'],
  taskSignal: ['task_struct', 'signal'],
  taskStartTime: ['task_struct', 'start_time'],
  taskTgid: ['task_struct', 'tgid'],
  taskThreadPointer: ['task_struct', 'thread.fsbase'],
  signalLive: ['signal_struct', 'live'],
  filesFdt: ['files_struct', 'fdt'],
  fdtMaxFds: ['fdtable', 'max_fds'],
  fdtFd: ['fdtable', 'fd'],
  fileOp: ['file', 'f_op'],
  filePrivateData: ['file', 'private_data'],
  inodeNumber: ['inode', 'i_ino'],
  socketFile: ['socket', 'file'],
  socketSk: ['socket', 'sk'],
  socketInode: ['socket_alloc', 'vfs_inode'],
  sockError: ['sock', 'sk_err'],
  sockFamily: ['sock', '__sk_common.skc_family'],
  sockFlags: ['sock', '__sk_common.skc_flags'],
  sockLocalPort: ['sock', '__sk_common.skc_num'],
  sockLocalV4: ['sock', '__sk_common.skc_rcv_saddr'],
  sockNet: ['sock', '__sk_common.skc_net'],
  sockProtocol: ['sock', 'sk_protocol'],
  sockQueue: ['sock', 'sk_receive_queue'],
  sockQueueLength: ['sock', 'sk_receive_queue.qlen'],
  sockRemotePort: ['sock', '__sk_common.skc_dport'],
  sockRemoteV4: ['sock', '__sk_common.skc_daddr'],
  sockShutdown: ['sock', 'sk_shutdown'],
  sockSocket: ['sock', 'sk_socket'],
  sockType: ['sock', 'sk_type'],
  netInum: ['net', 'ns.inum'],
  bufferNext: ['sk_buff', 'next'],
  bufferLength: ['sk_buff', 'len'],
  unixAddr: ['unix_sock', 'addr'],
  unixPeer: ['unix_sock', 'peer'],
  tcpUlp: ['inet_connection_sock', 'icsk_ulp_ops'],
  tcpBytesAcked: ['tcp_sock', 'bytes_acked'],
  tcpBytesReceived: ['tcp_sock', 'bytes_received'],
  tcpCopiedSeq: ['tcp_sock', 'copied_seq'],
  tcpRcvNxt: ['tcp_sock', 'rcv_nxt'],
  tcpSndUna: ['tcp_sock', 'snd_una'],
  tcpUrgSeq: ['tcp_sock', 'urg_seq'],
  tcpWriteSeq: ['tcp_sock', 'write_seq'],
}

/** Absent from kernels without IPv6: 0 then, and nobody asks. */
const OPTIONAL: { readonly [Name in Field]?: Place } = {
  sockLocalV6: ['sock', '__sk_common.skc_v6_rcv_saddr'],
  sockRemoteV6: ['sock', '__sk_common.skc_v6_daddr'],
}

/** Members that are read together, with their size at most. */
const SOCK_PIECE: readonly Field[] = [
  'sockFamily',
  'sockFlags',
  'sockLocalPort',
  'sockProtocol',
  'sockRemotePort',
  'sockShutdown',
  'sockSocket',
  'sockType',
]
const TCP_PIECE: readonly Field[] = [
  'tcpBytesAcked',
  'tcpBytesReceived',
  'tcpCopiedSeq',
  'tcpRcvNxt',
  'tcpSndUna',
  'tcpWriteSeq',
]
const MEMBER_BYTES = 8

/** PIECE_MAX in bpf/include/sock_pieces.h. */
const PIECE_MAX = 1024

export type FindOffset = (struct: string, member: string) => number | undefined

/** `bytes` are a struct member_offsets; `missing` names what this kernel has not, or not where it can be read. */
export interface FoundOffsets {
  readonly bytes: Uint8Array
  readonly missing: readonly string[]
}

/** Where the members lie that programs without typed pointers read. */
export function findMemberOffsets(find: FindOffset): FoundOffsets {
  const offsets = new MemberOffsets(new DataView(new ArrayBuffer(MemberOffsets.size)))
  const missing: string[] = []
  for (const [field, place] of entries(PLACES)) {
    const at = firstOf(place, find)
    if (at === undefined) missing.push(`${place[0]}.${place[1]}`)
    else offsets[field] = at
  }
  for (const [field, place] of entries(OPTIONAL)) offsets[field] = firstOf(place, find) ?? 0
  if (!setFileCount(offsets, find)) missing.push('file.f_count')
  setConsumed(offsets, find)
  const pieces = missing.length > 0 || setPieces(offsets)
  if (!pieces) missing.push('sock, tcp_sock: their members lie too far apart')
  return { bytes: new Uint8Array(offsets.view.buffer), missing }
}

function entries(places: { readonly [Name in Field]?: Place }): [Field, Place][] {
  return Object.entries(places) as [Field, Place][]
}

function firstOf([struct, ...members]: Place, find: FindOffset): number | undefined {
  for (const member of members) {
    const at = find(struct, member)
    if (at !== undefined) return at
  }
  return undefined
}

/** Since 6.13 (90ee6ed776c0) the count is of references beside the last one. */
function setFileCount(offsets: MemberOffsets, find: FindOffset): boolean {
  const since613 = find('file', 'f_ref')
  const at = since613 ?? find('file', 'f_count')
  offsets.fileCount = at ?? 0
  offsets.fileCountLast = since613 === undefined ? 1 : 0
  return at !== undefined
}

/** In the part of a buffer that belongs to whoever holds it. 0 where it is not known: then nobody asks. */
function setConsumed(offsets: MemberOffsets, find: FindOffset): void {
  const part = find('sk_buff', 'cb')
  const within = find('unix_skb_parms', 'consumed')
  offsets.bufferConsumed = part === undefined || within === undefined ? 0 : part + within
}

function setPieces(offsets: MemberOffsets): boolean {
  const sock = span(offsets, SOCK_PIECE)
  const tcp = span(offsets, TCP_PIECE)
  offsets.sockPiece = sock.start
  offsets.sockPieceSize = sock.size
  offsets.tcpPiece = tcp.start
  offsets.tcpPieceSize = tcp.size
  return sock.size <= PIECE_MAX && tcp.size <= PIECE_MAX
}

function span(offsets: MemberOffsets, fields: readonly Field[]): { start: number; size: number } {
  const places = fields.map((field) => offsets[field])
  const start = Math.min(...places)
  return { start, size: Math.max(...places) + MEMBER_BYTES - start }
}
