/** Texts made last: services have few peers, and many connections with each. A power of two. */
const SLOTS = 256
const recent = {
  addresses: new Uint32Array(SLOTS),
  texts: new Array<string>(SLOTS).fill(''),
}

/** `192.0.2.1`, of the four bytes at `at`. */
export function formatIpv4(view: DataView, at: number): string {
  const address = view.getUint32(at)
  const slot = (address ^ (address >>> 8) ^ (address >>> 16) ^ (address >>> 24)) & (SLOTS - 1)
  const { addresses, texts } = recent
  if (addresses[slot] !== address || texts[slot] === '') {
    addresses[slot] = address
    texts[slot] =
      `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
  }
  return texts[slot]!
}

/** As RFC 5952 wants it: lower case, the longest run of zero groups shortened. */
export function formatIpv6(view: DataView, at: number): string {
  const groups: number[] = []
  for (let i = 0; i < 16; i += 2) groups.push(view.getUint16(at + i))
  const { start, length } = longestZeros(groups)
  if (length < 2) return join(groups)
  return `${join(groups.slice(0, start))}::${join(groups.slice(start + length))}`
}

/** `::ffff:0:0/96`: IPv4 on an IPv6 socket. */
export function isMappedIpv4(view: DataView, at: number): boolean {
  for (let i = 0; i < 10; i++) if (view.getUint8(at + i) !== 0) return false
  return view.getUint16(at + 10) === 0xffff
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}

function join(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':')
}
