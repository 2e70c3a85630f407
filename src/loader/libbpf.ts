// What of libbpf the agent uses, in types alone: https://libbpf.readthedocs.io/en/latest/api.html (1.0 and newer).

declare const kind: unique symbol
type Handle<Kind extends string> = bigint & { readonly [kind]: Kind }
export type ObjectHandle = Handle<'bpf_object'>
export type ProgramHandle = Handle<'bpf_program'>
export type MapHandle = Handle<'bpf_map'>
export type LinkHandle = Handle<'bpf_link'>
export type BtfHandle = Handle<'btf'>
export type PerfHandle = Handle<'perf_buffer'>
/** An address in this process. */
export type Address = bigint

/** Of bpf_map_lookup_batch(3). */
export type Batch = [number, Uint8Array | null, Uint8Array, Uint8Array, Uint8Array, [number]]

export interface OpenOptions {
  /** Becomes the prefix of the maps for global data. */
  readonly name: string
  /** BTF of the running kernel; '' its own. */
  readonly btf: string
}

export interface Libbpf {
  readonly version: string
  /** Collects what libbpf says (warnings, the verifier's log) until the next call; null: nowhere. */
  listen(say: ((text: string) => void) | null): void
  open(bytes: Uint8Array, options: OpenOptions): ObjectHandle
  load(object: ObjectHandle): void
  close(object: ObjectHandle): void
  programs(object: ObjectHandle): Map<string, ProgramHandle>
  maps(object: ObjectHandle): Map<string, MapHandle>
  setAutoload(program: ProgramHandle, load: boolean): void
  programFd(program: ProgramHandle): number
  /** Where its section says. */
  attach(program: ProgramHandle): LinkHandle
  /** `tracepoint`: `category/name`. */
  attachTracepoint(program: ProgramHandle, tracepoint: string): LinkHandle
  /** In one process. `offset`: of the function in the file. */
  attachFunction(
    program: ProgramHandle,
    atReturn: boolean,
    tgid: number,
    path: string,
    offset: number,
  ): LinkHandle
  /** Runs an iterator program over everything that there is. */
  iterate(program: ProgramHandle): void
  /** Waits for running programs: about 0.1 s. */
  detach(link: LinkHandle): Promise<void>
  mapFd(map: MapHandle): number
  setMaxEntries(map: MapHandle, entries: number): void
  maxEntries(map: MapHandle): number
  valueSize(map: MapHandle): number
  setAutocreate(map: MapHandle, create: boolean): void
  /** Global data before loading; borrowed from the object. */
  initialValue(map: MapHandle): ArrayBuffer
  lookup(fd: number, key: Uint8Array, value: Uint8Array): boolean
  update(fd: number, key: Uint8Array, value: Uint8Array): void
  /** False: there was no such key. */
  remove(fd: number, key: Uint8Array): boolean
  /** `map`, `from` (null: its beginning), where to go on, keys, values, [how many]. 0 or -errno. */
  lookupBatch(...batch: Batch): number
  /** `struct bpf_prog_info`, as many bytes as the kernel knows. */
  programInfo(fd: number): DataView
  /** 0 or -errno; `opts` is struct bpf_test_run_opts. */
  testRun(fd: number, opts: Uint8Array): number
  /** Perf event ring of one CPU; `attr` is struct perf_event_attr. */
  openRing(mapFd: number, cpu: number, pages: number, attr: Uint8Array): PerfHandle
  /** The control page and the data behind it; borrowed until the ring is closed. */
  ringMemory(ring: PerfHandle): ArrayBuffer
  closeRing(ring: PerfHandle): void
  /** Whether the kernel has maps of this type; false when not permitted. */
  canCreate(mapType: number): boolean
  /** Whether programs of this type may call this helper; false when not permitted. */
  canCall(programType: number, helper: number): boolean
  /** The raw bytes of a BTF (the kernel's own for ''). */
  readBtf(path: string): ArrayBuffer
}
