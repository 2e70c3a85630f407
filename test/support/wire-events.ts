import {
  CloseEvent,
  DataEvent,
  Direction,
  EventKind,
  ProcessEvent,
  SocketEvent,
} from '../../src/events/layout.ts'
import { EventMemory } from '../../src/ring/event-memory.ts'

interface Getters {
  view: DataView
  at: number
}

/**
 * Writes fields of an event through its generated getters alone: finds where a field lies by
 * changing bytes until it changes. Slow, and right whatever the layout.
 */
class FieldWriter {
  readonly #places = new Map<string, { at: number; size: number }>()

  constructor(Event: { new (view: DataView, at: number): Getters; readonly size: number }) {
    const view = new DataView(new ArrayBuffer(Event.size))
    const event = new Event(view, 0)
    const fields = Object.entries(Object.getOwnPropertyDescriptors(Event.prototype))
    for (const [name, { get }] of fields) {
      if (get === undefined || name.endsWith('At')) continue
      const bytes: number[] = []
      for (let at = 0; at < Event.size; at++) {
        view.setUint8(at, 1)
        if (Reflect.get(event, name) !== 0) bytes.push(at)
        view.setUint8(at, 0)
      }
      this.#places.set(name, { at: bytes[0]!, size: bytes.length })
    }
  }

  write(view: DataView, name: string, value: number): void {
    const place = this.#places.get(name)
    if (place === undefined) throw new Error(`no field ${name}`)
    let rest = BigInt(value)
    for (let i = 0; i < place.size; i++) {
      view.setUint8(place.at + i, Number(rest & 0xffn))
      rest >>= 8n
    }
  }
}

const WRITERS = {
  socket: { writer: new FieldWriter(SocketEvent), size: SocketEvent.size },
  data: { writer: new FieldWriter(DataEvent), size: DataEvent.size },
  close: { writer: new FieldWriter(CloseEvent), size: CloseEvent.size },
  exec: { writer: new FieldWriter(ProcessEvent), size: ProcessEvent.size },
  exit: { writer: new FieldWriter(ProcessEvent), size: ProcessEvent.size },
}

/** The bytes of an event as they lie in a ring. */
export function encodeEvent(
  kind: keyof typeof WRITERS,
  fields: { readonly [name: string]: number },
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const { writer, size } = WRITERS[kind]
  const bytes = new Uint8Array((size + payload.length + 7) & ~7)
  const view = new DataView(bytes.buffer)
  writer.write(view, 'headerSize', bytes.length)
  writer.write(view, 'headerKind', EventKind[kind])
  for (const [name, value] of Object.entries(fields)) writer.write(view, name, value)
  bytes.set(payload, size)
  return bytes
}

/** A write or read of `text`, captured whole. */
export function encodeData(
  fields: { readonly time: number; readonly socketId: number; readonly position: number },
  ingress: boolean,
  text: string,
): Uint8Array {
  const payload = Buffer.from(text, 'latin1')
  const { time, ...rest } = fields
  return encodeEvent(
    'data',
    {
      headerTime: time,
      length: payload.length,
      captured: payload.length,
      direction: ingress ? Direction.ingress : Direction.egress,
      ...rest,
    },
    payload,
  )
}

export function memoryOf(event: Uint8Array): EventMemory {
  const buffer = new ArrayBuffer(event.length)
  new Uint8Array(buffer).set(event)
  return new EventMemory(buffer, 0, event.length)
}
