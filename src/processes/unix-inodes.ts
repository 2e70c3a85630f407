import type { ProcFiles } from './proc-files.ts'

/** A line is about 100 bytes: half a million sockets. */
const MAX_TABLE = 1 << 26

/**
 * Inode numbers of all Unix sockets that exist now, in every network namespace that has a process.
 * Numbers of sockets are unique on a host, whatever the namespace.
 */
export function unixSocketInodes(files: ProcFiles): Set<number> {
  const inodes = new Set<number>()
  const seen = new Set<string>()
  for (const tgid of files.tgids()) {
    const namespace = files.link(tgid, 'ns/net')
    if (namespace === '' || seen.has(namespace)) continue
    const table = files.text(tgid, 'net/unix', MAX_TABLE)
    if (table === '') continue
    seen.add(namespace)
    addInodes(table, inodes)
  }
  return inodes
}

/** `address: count protocol flags type state inode path`, after one line of titles. */
function addInodes(table: string, inodes: Set<number>): void {
  let line = table.indexOf('\n') + 1
  while (line > 0 && line < table.length) {
    const end = table.indexOf('\n', line)
    const inode = seventh(table, line, end < 0 ? table.length : end)
    if (inode > 0) inodes.add(inode)
    line = end + 1
  }
}

function seventh(table: string, start: number, end: number): number {
  let at = start
  for (let word = 1; word < 7 && at < end; word++) {
    while (at < end && table.charCodeAt(at) !== 0x20) at++
    while (at < end && table.charCodeAt(at) === 0x20) at++
  }
  const inode = Number.parseInt(table.slice(at, Math.min(end, at + 20)), 10)
  return Number.isNaN(inode) ? 0 : inode
}
