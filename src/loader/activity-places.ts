import type { LoadedMap } from './bpf-object.ts'
import { ProcInfo, ProcInfoCount, RuntimeKind } from './layout.ts'
import type { Libbpf } from './libbpf.ts'
import { MappedArray } from './maps.ts'

/** Where CPython keeps the context object that is current on a thread. */
export interface PythonPlaces {
  /** Of the PyThreadState's address, in bytes from the thread pointer. */
  readonly slot: number
  /** Of the context object's address, in the PyThreadState. */
  readonly context: number
  /** Address of PyContext_Type. */
  readonly contextType: number
}

/** Where Node keeps the ids of async_hooks of its first thread, and what its loop does. */
export interface NodePlaces {
  /** Address of async_id_fields. */
  readonly asyncIds: number
  /** Address of a pointer that is set while the loop calls back for what it has polled. */
  readonly polled: number
}

/**
 * `proc_info_map`: processes whose runtime tells activities apart. While there are none the
 * programs do not look at it.
 */
export class ActivityPlaces {
  readonly #libbpf: Libbpf
  readonly #fd: number
  readonly #array: MappedArray
  readonly #count: ProcInfoCount
  readonly #known = new Set<number>()
  readonly #nodes = new Set<number>()
  readonly #key = new Uint32Array(1)
  readonly #keyBytes = new Uint8Array(this.#key.buffer)

  constructor(libbpf: Libbpf, map: LoadedMap, count: LoadedMap) {
    this.#libbpf = libbpf
    this.#fd = map.fd
    this.#array = new MappedArray(count)
    this.#count = new ProcInfoCount(this.#array.view)
  }

  /** False: there is no room. */
  python(tgid: number, { slot, context, contextType }: PythonPlaces): boolean {
    const info = newInfo()
    info.kind = RuntimeKind.python
    info.slot = slot
    info.context = context
    info.contextType = contextType
    return this.#enter(tgid, info)
  }

  /** False: there is no room. */
  node(tgid: number, { asyncIds, polled }: NodePlaces): boolean {
    const info = newInfo()
    info.kind = RuntimeKind.node
    info.asyncIds = asyncIds
    info.polled = polled
    if (!this.#enter(tgid, info)) return false
    this.#nodes.add(tgid)
    this.#count.nodes = this.#nodes.size
    return true
  }

  #enter(tgid: number, info: ProcInfo): boolean {
    this.#key[0] = tgid
    try {
      this.#libbpf.update(this.#fd, this.#keyBytes, new Uint8Array(info.view.buffer))
    } catch {
      return false
    }
    this.#known.add(tgid)
    this.#count.processes = this.#known.size
    return true
  }

  /** Processes of which births are seen. */
  set births(processes: number) {
    this.#count.births = processes
  }

  remove(tgid: number): void {
    if (!this.#known.delete(tgid)) return
    this.#nodes.delete(tgid)
    this.#count.processes = this.#known.size
    this.#count.nodes = this.#nodes.size
    this.#key[0] = tgid
    this.#libbpf.remove(this.#fd, this.#keyBytes)
  }

  close(): void {
    this.#array.close()
  }
}

function newInfo(): ProcInfo {
  return new ProcInfo(new DataView(new ArrayBuffer(ProcInfo.size)))
}
