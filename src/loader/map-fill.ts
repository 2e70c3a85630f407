import type { LoadedMap } from './bpf-object.ts'
import type { Libbpf } from './libbpf.ts'

export interface MapFacts {
  readonly name: string
  readonly entries: number
  /** Entries that it has room for. */
  readonly limit: number
}

/** BPF_MAP_TYPE_HASH and BPF_MAP_TYPE_LRU_HASH: those whose entries nobody counts. */
export const HASHES = [
  'proc_info_map',
  'context_births',
  'ignored_processes',
  'trace_hash',
  'socket_info_hash',
] as const

/** Entries looked at by one call; a bucket has to fit. */
const BATCH = 4096
/** Of the largest: struct birth_key. */
const KEY_BYTES = 16
const ENOENT = 2

/** Counts the entries of hashes by walking them: some 50 ns an entry, so only when somebody asks. */
export class MapFill {
  readonly #libbpf: Libbpf
  readonly #maps: ReadonlyMap<string, LoadedMap>
  readonly #next = new Uint8Array(8)
  readonly #from = new Uint8Array(8)
  readonly #keys = new Uint8Array(BATCH * KEY_BYTES)
  readonly #values: Uint8Array

  /** `maps`: those that were created. */
  constructor(libbpf: Libbpf, maps: ReadonlyMap<string, LoadedMap>) {
    this.#libbpf = libbpf
    this.#maps = maps
    const sizes = [...maps.values()].map(({ valueSize }) => valueSize)
    this.#values = new Uint8Array(BATCH * Math.max(...sizes))
  }

  /** Without those that the kernel cannot walk (before Linux 5.6). */
  read(): MapFacts[] {
    return [...this.#maps].flatMap(([name, map]) => {
      const entries = this.#count(map)
      return entries === undefined ? [] : [{ name, entries, limit: map.maxEntries }]
    })
  }

  #count({ fd, maxEntries }: LoadedMap): number | undefined {
    let total = 0
    let from: Uint8Array | null = null
    while (total <= maxEntries) {
      const count: [number] = [BATCH]
      const next = this.#next
      const outcome = this.#libbpf.lookupBatch(fd, from, next, this.#keys, this.#values, count)
      if (outcome !== 0 && outcome !== -ENOENT) return undefined
      total += count[0]
      if (outcome === -ENOENT) break
      this.#from.set(next)
      from = this.#from
    }
    return total
  }
}
