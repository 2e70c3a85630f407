import {
  CloseEvent,
  DataEvent,
  Direction,
  EventKind,
  ProcessEvent,
  SocketEvent,
  SocketRole,
} from './layout.ts'

/** Bytes no two of which in a row are those of two others: a moved field reads as another value. */
const PATTERN = Uint8Array.from({ length: 256 }, (_, i) => (i * 167 + (i >> 3) * 11 + 13) & 0xff)

const EVENTS = [SocketEvent, DataEvent, CloseEvent, ProcessEvent]

/**
 * What the fields of recorded events are called and where they lie, in one line. Unlike WIRE_HASH it
 * stays the same when a comment of the header or something that is not recorded changes.
 */
export function layoutPrint(): string {
  const view = new DataView(PATTERN.buffer)
  const events = EVENTS.map((Event) => printOf(Event.name, Event.size, new Event(view), Event))
  return [...events, JSON.stringify({ EventKind, Direction, SocketRole })].join(';')
}

function printOf(
  name: string,
  size: number,
  event: object,
  { prototype }: { prototype: object },
): string {
  const fields = Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([, descriptor]) => descriptor.get !== undefined)
    .map(([field]) => `${field}=${Reflect.get(event, field)}`)
  return `${name}:${size}:${fields.join(',')}`
}
