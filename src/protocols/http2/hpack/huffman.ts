// The Huffman code of HPACK: RFC 7541, section 5.2 and appendix B.

/** Bits of each symbol's code; the last is the end of string. The code is canonical: these say it all. */
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5,
  6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6,
  7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
  23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22,
  22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22,
  23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27,
  27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25,
  24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
]
const END_OF_STRING = 256
/** Padding of more bits is an error. */
const MAX_PADDING = 7

const SYMBOL = 0x100
const DEAD = 0x8000

/**
 * One row of 16 for each inner node of the code's tree: what four bits more lead to. Bits 0-7 are a
 * symbol, if bit 8 says so; bits 16-23 are the node behind it; bit 15: no code goes on so.
 */
const STEPS = new Int32Array(256 * 16)
/** Nodes at which a string may end: on the way of ones, not too far. */
const MAY_END = new Uint8Array(256)
build()

/** Decodes into `into`, as far as it has room; returns the length of all, or -1 if it is no code. */
export function decodeHuffman(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
): number {
  let node = 0
  let length = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    const high = STEPS[node * 16 + (byte >> 4)]!
    if ((high & SYMBOL) !== 0) into[length++] = high & 0xff
    const low = STEPS[(high >> 16) * 16 + (byte & 15)]!
    if ((low & SYMBOL) !== 0) into[length++] = low & 0xff
    if (((high | low) & DEAD) !== 0) return -1
    node = low >> 16
  }
  return MAY_END[node] === 1 ? length : -1
}

/** Children of the nodes: an inner node, or -1 - symbol. */
function buildTree(): Int32Array {
  const tree = new Int32Array(256 * 2)
  const order = LENGTHS.map((_, symbol) => symbol).sort(
    (a, b) => LENGTHS[a]! - LENGTHS[b]! || a - b,
  )
  let nodes = 1
  let code = 0
  let bits = 0
  for (const symbol of order) {
    const length = LENGTHS[symbol]!
    code *= 2 ** (length - bits)
    bits = length
    let node = 0
    for (let bit = length - 1; bit > 0; bit--) {
      const child = node * 2 + ((code >>> bit) & 1)
      if (tree[child] === 0) tree[child] = nodes++
      node = tree[child]!
    }
    tree[node * 2 + (code & 1)] = -1 - symbol
    code++
  }
  return tree
}

function build(): void {
  const tree = buildTree()
  for (let node = 0; node < 256; node++)
    for (let bits = 0; bits < 16; bits++) STEPS[node * 16 + bits] = stepOf(tree, node, bits)
  for (let depth = 0, node = 0; depth <= MAX_PADDING; depth++) {
    MAY_END[node] = 1
    node = tree[node * 2 + 1]!
  }
}

function stepOf(tree: Int32Array, from: number, bits: number): number {
  let node = from
  let found = 0
  for (let bit = 3; bit >= 0; bit--) {
    const next = tree[node * 2 + ((bits >> bit) & 1)]!
    if (next === -1 - END_OF_STRING) return DEAD
    if (next < 0) found = SYMBOL | (-1 - next)
    node = Math.max(0, next)
  }
  return found | (node << 16)
}
