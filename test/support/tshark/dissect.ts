import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Capture, Packet } from './capture.ts'

/** As tshark writes it: what is there once is no list. */
export type Tree = string | readonly Tree[] | { readonly [key: string]: Tree }

/** A packet with the layers that were asked for, each as often as it is there. */
export interface Dissected extends Packet {
  readonly layers: Readonly<Record<string, readonly Tree[]>>
}

/** Preferences that tshark would take from its user are those of the distribution. */
const ARGS = ['-n', '-T', 'json', '--no-duplicate-keys', '--disable-protocol', 'protobuf']

export function dissect(capture: Capture, layers: readonly string[]): Dissected[] {
  const folder = mkdtempSync(join(tmpdir(), 'underspan-tshark-'))
  try {
    const file = join(folder, 'sessions.pcap')
    writeFileSync(file, capture.bytes)
    const { status, stdout, stderr, error } = spawnSync(
      'tshark',
      ['-r', file, ...ARGS, '-J', layers.join(' ')],
      { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, HOME: folder } },
    )
    if (status !== 0) throw new Error(`tshark: ${error?.message ?? stderr}`)
    const packets = JSON.parse(stdout) as { _source: { layers: Record<string, Tree> } }[]
    if (packets.length !== capture.packets.length)
      throw new Error(`${packets.length} of ${capture.packets.length} packets were read`)
    return packets.map(({ _source }, i) => ({
      ...capture.packets[i]!,
      layers: Object.fromEntries(layers.map((name) => [name, listed(_source.layers[name])])),
    }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** All values of a field at any depth, in their order. */
export function values(tree: Tree | undefined, field: string): string[] {
  return nodes(tree, field).filter((node) => typeof node === 'string')
}

/** All that stands under a key at any depth, in order; what is inside of it is not looked into. */
export function nodes(tree: Tree | undefined, key: string): Tree[] {
  if (tree === undefined || typeof tree === 'string') return []
  if (isList(tree)) return tree.flatMap((item) => nodes(item, key))
  return Object.entries(tree).flatMap(([name, value]) =>
    name === key ? listed(value) : nodes(value, key),
  )
}

function listed(tree: Tree | undefined): readonly Tree[] {
  if (tree === undefined) return []
  return isList(tree) ? tree : [tree]
}

function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree)
}
