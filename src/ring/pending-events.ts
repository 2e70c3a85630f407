const INITIAL = 1024

/**
 * Events written past a busy burst lie before the older ones of that burst. How many, says the
 * interrupt that wrote them: a run of the network's softirq handles some hundred packets. Further
 * behind is only seen in damaged rings, where order is not worth its price.
 */
const MAX_BEHIND = 2048

/** Where the events of one CPU's ring lie, ordered by time. Grows to what one full ring holds. */
export class PendingEvents {
  /** Three columns, filled from `first` to `end`. */
  times: Float64Array
  places: Int32Array
  records: Int32Array
  first: number
  end: number

  constructor() {
    this.times = new Float64Array(INITIAL)
    this.places = new Int32Array(INITIAL)
    this.records = new Int32Array(INITIAL)
    this.first = 0
    this.end = 0
  }

  get empty(): boolean {
    return this.first === this.end
  }

  add(time: number, place: number, record: number): void {
    if (this.end === this.times.length) this.#grow()
    let slot = this.end++
    if (slot > this.first && this.times[slot - 1]! > time) slot = this.#makeRoom(slot, time)
    this.times[slot] = time
    this.places[slot] = place
    this.records[slot] = record
  }

  /** Moves what is left to the front; the records were renumbered by `recordsGone`. */
  compact(recordsGone: number): void {
    const { times, places, records, first, end } = this
    times.copyWithin(0, first, end)
    places.copyWithin(0, first, end)
    this.first = 0
    this.end = end - first
    for (let i = 0; i < this.end; i++) records[i] = records[first + i]! - recordsGone
  }

  #makeRoom(slot: number, time: number): number {
    const { times, places, records } = this
    const lowest = Math.max(this.first, slot - MAX_BEHIND)
    for (; slot > lowest && times[slot - 1]! > time; slot--) {
      times[slot] = times[slot - 1]!
      places[slot] = places[slot - 1]!
      records[slot] = records[slot - 1]!
    }
    return slot
  }

  #grow(): void {
    const { times, places, records } = this
    this.times = new Float64Array(times.length * 2)
    this.places = new Int32Array(times.length * 2)
    this.records = new Int32Array(times.length * 2)
    this.times.set(times)
    this.places.set(places)
    this.records.set(records)
  }
}
