import { closeSync, readSync } from 'node:fs'
import koffi from 'koffi'
import { StartupError } from '../base/errors.ts'
import type {
  Address,
  Batch,
  BtfHandle,
  Libbpf,
  LinkHandle,
  MapHandle,
  ObjectHandle,
  OpenOptions,
  PerfHandle,
  ProgramHandle,
} from './libbpf.ts'

// Every C function that the agent calls, and the only file that knows koffi. x86-64 layouts.
// libbpf: https://libbpf.readthedocs.io/en/latest/api.html (1.0 and newer).

type Library = ReturnType<typeof koffi.load>
type Native = ReturnType<Library['func']>

for (const name of ['bpf_object', 'bpf_program', 'bpf_map', 'bpf_link', 'perf_buffer', 'btf']) {
  koffi.opaque(name)
}
koffi.proto('int print_callback(int level, const char *format, void *arguments)')
koffi.proto('int perf_callback(void *context, int cpu, void *event)')

// The first member of each *_opts is its size; libbpf takes shorter and longer ones.
koffi.struct('open_opts', {
  size: 'size_t',
  object_name: 'const char *',
  relaxed_maps: 'bool',
  pin_root_path: 'const char *',
  bits: 'uint32_t',
  kconfig: 'const char *',
  btf_custom_path: 'const char *',
  kernel_log_buf: 'void *',
  kernel_log_size: 'size_t',
  kernel_log_level: 'uint32_t',
})
koffi.struct('perf_opts', { size: 'size_t', cpu_cnt: 'int', cpus: 'int *', map_keys: 'int *' })

export const PAGE_SIZE = 4096

const libc = koffi.load('libc.so.6')
const cMmap = libc.func('void *mmap(void *, size_t, int, int, int, int64_t)')
const cMunmap = libc.func('int munmap(void *, size_t)')
const cFlock = libc.func('int flock(int, int)')
const cPrctl = libc.func(
  'int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)',
)
const cSetrlimit = libc.func('int setrlimit(int, const void *)')
const cVsnprintf = libc.func('int vsnprintf(void *, size_t, const char *, void *)')
const cCapget = libc.func('int capget(void *, void *)')
const cGettid = libc.func('int gettid()')
const cSetscheduler = libc.func('int sched_setscheduler(int, int, const void *)')
const cStrerror = libc.func('const char *strerror(int)')

/** What a function of libbpf or libc answered: `errno` positive. */
export class NativeError extends Error {
  override readonly name = 'NativeError'
  readonly errno: number

  constructor(what: string, errno: number) {
    super(`${what}: ${cStrerror(errno)} (errno ${errno})`)
    this.errno = errno
  }
}

/** Fails on NULL; the reason is in errno. */
function pointer<T extends bigint>(value: T | null, what: string): T {
  if (value === null || value === 0n) throw new NativeError(what, koffi.errno())
  return value
}

/** Fails on a negative result, which is the reason. */
function result(value: number, what: string): number {
  if (value < 0) throw new NativeError(what, -value)
  return value
}

const LIBRARIES = ['libbpf.so.1', '/usr/lib/x86_64-linux-gnu/libbpf.so.1', '/usr/lib64/libbpf.so.1']

function loadLibrary(path: string): Library {
  const tried = path === '' ? LIBRARIES : [path]
  let why = ''
  for (const name of tried) {
    try {
      return koffi.load(name)
    } catch (error) {
      why ||= error instanceof Error ? error.message : String(error)
    }
  }
  throw new StartupError(
    'NO_LIBBPF',
    `cannot load ${tried[0]}: ${why}`,
    'Install libbpf 1.0 or newer (Debian, Ubuntu: apt install libbpf1; Fedora: dnf install libbpf), or name one with --libbpf.',
  )
}

/** libbpf, from `path` or where the system has it. */
export function openLibbpf(path: string): Libbpf {
  const library = loadLibrary(path)
  const missing: string[] = []
  const bind = (signature: string): Native => {
    try {
      return library.func(signature)
    } catch {
      missing.push(signature)
      return undefined as never
    }
  }
  const bound = bindAll(bind)
  const version = bound.version === undefined ? 'older than 1.0' : String(bound.version()).slice(1)
  if (missing.length > 0) {
    throw new StartupError(
      'NO_LIBBPF',
      `libbpf ${version} is too old: it lacks ${/(\w+)\(/.exec(missing[0]!)?.[1]}`,
      'Install libbpf 1.0 or newer, or name one with --libbpf.',
    )
  }
  return {
    version,
    ...objectCalls(bound),
    ...linkCalls(bound),
    ...mapCalls(bound),
    ...ringCalls(bound),
    ...probeCalls(bound),
  }
}

type Bound = ReturnType<typeof bindAll>

function bindAll(bind: (signature: string) => Native) {
  return {
    version: bind('const char *libbpf_version_string()'),
    setPrint: bind('void *libbpf_set_print(print_callback *)'),
    openMem: bind('bpf_object *bpf_object__open_mem(const void *, size_t, const open_opts *)'),
    load: bind('int bpf_object__load(bpf_object *)'),
    close: bind('void bpf_object__close(bpf_object *)'),
    nextProgram: bind('bpf_program *bpf_object__next_program(const bpf_object *, bpf_program *)'),
    nextMap: bind('bpf_map *bpf_object__next_map(const bpf_object *, const bpf_map *)'),
    programName: bind('const char *bpf_program__name(const bpf_program *)'),
    programFd: bind('int bpf_program__fd(const bpf_program *)'),
    setAutoload: bind('int bpf_program__set_autoload(bpf_program *, bool)'),
    attach: bind('bpf_link *bpf_program__attach(const bpf_program *)'),
    attachTracepoint: bind(
      'bpf_link *bpf_program__attach_tracepoint(const bpf_program *, const char *, const char *)',
    ),
    attachUprobe: bind(
      'bpf_link *bpf_program__attach_uprobe(const bpf_program *, bool, int, const char *, size_t)',
    ),
    linkFd: bind('int bpf_link__fd(const bpf_link *)'),
    createIterator: bind('int bpf_iter_create(int)'),
    detach: bind('int bpf_link__destroy(bpf_link *)'),
    mapName: bind('const char *bpf_map__name(const bpf_map *)'),
    mapFd: bind('int bpf_map__fd(const bpf_map *)'),
    setMaxEntries: bind('int bpf_map__set_max_entries(bpf_map *, uint32_t)'),
    maxEntries: bind('uint32_t bpf_map__max_entries(const bpf_map *)'),
    valueSize: bind('uint32_t bpf_map__value_size(const bpf_map *)'),
    setAutocreate: bind('int bpf_map__set_autocreate(bpf_map *, bool)'),
    initialValue: bind('void *bpf_map__initial_value(bpf_map *, _Out_ size_t *)'),
    lookup: bind('int bpf_map_lookup_elem(int, const void *, void *)'),
    update: bind('int bpf_map_update_elem(int, const void *, const void *, uint64_t)'),
    remove: bind('int bpf_map_delete_elem(int, const void *)'),
    lookupBatch: bind(
      'int bpf_map_lookup_batch(int, void *, void *, void *, void *, _Inout_ uint32_t *, void *)',
    ),
    info: bind('int bpf_obj_get_info_by_fd(int, void *, _Inout_ uint32_t *)'),
    testRun: bind('int bpf_prog_test_run_opts(int, void *)'),
    newRing: bind(
      'perf_buffer *perf_buffer__new_raw(int, size_t, const void *, perf_callback *, void *, const perf_opts *)',
    ),
    ringBuffer: bind('int perf_buffer__buffer(perf_buffer *, int, _Out_ void **, _Out_ size_t *)'),
    freeRing: bind('void perf_buffer__free(perf_buffer *)'),
    probeHelper: bind('int libbpf_probe_bpf_helper(int, int, const void *)'),
    probeMap: bind('int libbpf_probe_bpf_map_type(int, const void *)'),
    parseBtf: bind('btf *btf__parse(const char *, void *)'),
    loadKernelBtf: bind('btf *btf__load_vmlinux_btf()'),
    rawBtf: bind('const void *btf__raw_data(const btf *, _Out_ uint32_t *)'),
    freeBtf: bind('void btf__free(btf *)'),
  }
}

function objectCalls(bound: Bound) {
  return {
    listen: listener(bound),
    open(bytes: Uint8Array, options: OpenOptions): ObjectHandle {
      const opts = {
        size: koffi.sizeof('open_opts'),
        object_name: options.name,
        relaxed_maps: false,
        pin_root_path: null,
        bits: 0,
        kconfig: null,
        btf_custom_path: options.btf === '' ? null : options.btf,
        kernel_log_buf: null,
        kernel_log_size: 0,
        kernel_log_level: 0,
      }
      return pointer(bound.openMem(bytes, bytes.length, opts), 'bpf_object__open_mem')
    },
    load(object: ObjectHandle): void {
      result(bound.load(object), 'bpf_object__load')
    },
    close(object: ObjectHandle): void {
      bound.close(object)
    },
    programs(object: ObjectHandle): Map<string, ProgramHandle> {
      return named(object, bound.nextProgram, bound.programName)
    },
    maps(object: ObjectHandle): Map<string, MapHandle> {
      return named(object, bound.nextMap, bound.mapName)
    },
    setAutoload(program: ProgramHandle, load: boolean): void {
      result(bound.setAutoload(program, load), 'bpf_program__set_autoload')
    },
    programFd(program: ProgramHandle): number {
      return bound.programFd(program)
    },
  }
}

function linkCalls(bound: Bound) {
  return {
    attach(program: ProgramHandle): LinkHandle {
      return pointer(bound.attach(program), 'bpf_program__attach')
    },
    attachTracepoint(program: ProgramHandle, tracepoint: string): LinkHandle {
      const [category, name] = tracepoint.split('/')
      return pointer(
        bound.attachTracepoint(program, category, name),
        `bpf_program__attach_tracepoint ${tracepoint}`,
      )
    },
    attachFunction(
      program: ProgramHandle,
      atReturn: boolean,
      tgid: number,
      path: string,
      offset: number,
    ): LinkHandle {
      return pointer(
        bound.attachUprobe(program, atReturn, tgid, path, offset),
        'bpf_program__attach_uprobe',
      )
    },
    iterate(program: ProgramHandle): void {
      const link: LinkHandle = pointer(bound.attach(program), 'bpf_program__attach')
      const fd = result(bound.createIterator(bound.linkFd(link)), 'bpf_iter_create')
      const nothing = new Uint8Array(64)
      while (readSync(fd, nothing) > 0);
      closeSync(fd)
      bound.detach(link)
    },
    detach(link: LinkHandle): Promise<void> {
      return new Promise((resolve, reject) => {
        bound.detach.async(link, (error: unknown) => (error ? reject(error) : resolve()))
      })
    },
  }
}

function named<T extends bigint>(
  object: ObjectHandle,
  next: (object: ObjectHandle, previous: T | null) => T | null,
  name: (item: T) => string,
): Map<string, T> {
  const all = new Map<string, T>()
  for (let item = next(object, null); item !== null; item = next(object, item)) {
    all.set(name(item), item)
  }
  return all
}

/** The arguments are a va_list, which on x86-64 is passed as a pointer and can be read once only. */
function listener(bound: Bound): Libbpf['listen'] {
  const scratch = Buffer.allocUnsafeSlow(1 << 20)
  let callback = 0n
  return (say) => {
    bound.setPrint(null)
    if (callback !== 0n) koffi.unregister(callback)
    callback = 0n
    if (say === null) return
    callback = koffi.register((_level: number, format: string, list: unknown) => {
      const length: number = cVsnprintf(scratch, scratch.length, format, list)
      say(scratch.toString('latin1', 0, Math.min(length, scratch.length - 1)))
      return length
    }, 'print_callback *')
    bound.setPrint(callback)
  }
}

function mapCalls(bound: Bound) {
  return {
    mapFd: (map: MapHandle): number => bound.mapFd(map),
    setMaxEntries(map: MapHandle, entries: number): void {
      result(bound.setMaxEntries(map, entries), 'bpf_map__set_max_entries')
    },
    maxEntries: (map: MapHandle): number => bound.maxEntries(map),
    valueSize: (map: MapHandle): number => bound.valueSize(map),
    setAutocreate(map: MapHandle, create: boolean): void {
      result(bound.setAutocreate(map, create), 'bpf_map__set_autocreate')
    },
    initialValue(map: MapHandle): ArrayBuffer {
      const size = [0]
      const at: bigint = pointer(bound.initialValue(map, size), 'bpf_map__initial_value')
      return koffi.view(at, Number(size[0]))
    },
    lookup(fd: number, key: Uint8Array, value: Uint8Array): boolean {
      return bound.lookup(fd, key, value) === 0
    },
    update(fd: number, key: Uint8Array, value: Uint8Array): void {
      result(bound.update(fd, key, value, 0), 'bpf_map_update_elem')
    },
    remove(fd: number, key: Uint8Array): boolean {
      return bound.remove(fd, key) === 0
    },
    lookupBatch: (...batch: Batch): number => bound.lookupBatch(...batch, null),
    programInfo(fd: number): DataView {
      const info = new Uint8Array(512)
      const length = [info.length]
      result(bound.info(fd, info, length), 'bpf_obj_get_info_by_fd')
      return new DataView(info.buffer, 0, length[0])
    },
    testRun: (fd: number, opts: Uint8Array): number => bound.testRun(fd, opts),
  }
}

/** The callback of a ring is never called: the memory is read directly. */
function ringCalls(bound: Bound) {
  let callback = 0n
  return {
    openRing(mapFd: number, cpu: number, pages: number, attr: Uint8Array): PerfHandle {
      callback ||= koffi.register(() => 0, 'perf_callback *')
      const opts = { size: koffi.sizeof('perf_opts'), cpu_cnt: 1, cpus: [cpu], map_keys: [cpu] }
      const ring: PerfHandle | null = bound.newRing(mapFd, pages, attr, callback, null, opts)
      return pointer(ring, `perf_buffer__new_raw on CPU ${cpu}`)
    },
    ringMemory(ring: PerfHandle): ArrayBuffer {
      const at = [0n]
      const size = [0]
      result(bound.ringBuffer(ring, 0, at, size), 'perf_buffer__buffer')
      return koffi.view(at[0], PAGE_SIZE + Number(size[0]))
    },
    closeRing(ring: PerfHandle): void {
      bound.freeRing(ring)
    },
  }
}

function probeCalls(bound: Bound) {
  return {
    canCall: (programType: number, helper: number): boolean =>
      bound.probeHelper(programType, helper, null) === 1,
    canCreate: (mapType: number): boolean => bound.probeMap(mapType, null) === 1,
    readBtf(path: string): ArrayBuffer {
      const found: BtfHandle | null =
        path === '' ? bound.loadKernelBtf() : bound.parseBtf(path, null)
      const btf = pointer(found, path === '' ? 'btf__load_vmlinux_btf' : `btf__parse ${path}`)
      const size = [0]
      const at: Address = pointer(bound.rawBtf(btf, size), 'btf__raw_data')
      const copy = koffi.view(at, size[0]!).slice(0)
      bound.freeBtf(btf)
      return copy
    },
  }
}

const PROT_READ = 1
const PROT_WRITE = 2
const MAP_SHARED = 1
const MAP_FAILED = 0xffff_ffff_ffff_ffffn

export interface Mapping {
  readonly memory: ArrayBuffer
  /** Every view of `memory` must be out of use. */
  unmap(): void
}

/** Maps a descriptor's first `bytes` after `offset`. Writing what is mapped without `writable` kills the process. */
export function mapMemory(fd: number, bytes: number, writable: boolean, offset = 0): Mapping {
  const protection = writable ? PROT_READ | PROT_WRITE : PROT_READ
  const at: Address | null = cMmap(null, bytes, protection, MAP_SHARED, fd, offset)
  if (at === null || at === MAP_FAILED) throw new NativeError('mmap', koffi.errno())
  return {
    memory: koffi.view(at, bytes),
    unmap: () => {
      cMunmap(at, bytes)
    },
  }
}

/** A handle that is collected stops calling back. */
const polls = new Set<object>()

/** Calls back whenever `fd` can be read, until the returned function is called. */
export function pollReadable(fd: number, onReadable: () => void): () => void {
  const handle = koffi.node.poll(fd, { readable: true }, onReadable)
  polls.add(handle)
  return () => {
    polls.delete(handle)
    handle.close()
  }
}

const LOCK_EX = 2
const LOCK_NB = 4

/** Takes the file's lock if nobody else holds it; it is held until the descriptor closes. */
export function tryLock(fd: number): boolean {
  return cFlock(fd, LOCK_EX | LOCK_NB) === 0
}

const PR_SET_DUMPABLE = 4
const RLIMIT_CORE = 4

/** What the agent reads must not end in a core file. */
export function forbidCoreDumps(): void {
  cPrctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
  cSetrlimit(RLIMIT_CORE, new Uint8Array(16))
}

/** Of the thread that calls. */
export function threadId(): number {
  return cGettid()
}

const SCHED_OTHER = 0
const SCHED_IDLE = 5

/** Whether a thread of this process runs only on processors that no other wants (SCHED_IDLE, sched(7)). False: it has ended. */
export function runWhenIdle(thread: number, isIdle: boolean): boolean {
  const priority = new Int32Array([0]) // struct sched_param
  return cSetscheduler(thread, isIdle ? SCHED_IDLE : SCHED_OTHER, priority) === 0
}

/** Effective capabilities of this process, a bit each (linux/capability.h). */
export function effectiveCapabilities(): bigint {
  const header = new Uint32Array([0x2008_0522, 0]) // _LINUX_CAPABILITY_VERSION_3, this process
  const sets = new Uint32Array(6) // effective, permitted, inheritable: low words, then high ones
  if (cCapget(header, sets) !== 0) throw new NativeError('capget', koffi.errno())
  return BigInt(sets[0]!) | (BigInt(sets[3]!) << 32n)
}
