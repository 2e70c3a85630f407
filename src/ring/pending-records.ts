const INITIAL = 256

/** The records of a ring whose events were not all handed over, in ring order: what the tail waits for. */
export class PendingRecords {
  /** Position of each record, and how many of its events are still to be handed over. */
  positions: Float64Array
  left: Int32Array
  first: number
  end: number

  constructor() {
    this.positions = new Float64Array(INITIAL)
    this.left = new Int32Array(INITIAL)
    this.first = 0
    this.end = 0
  }

  open(position: number): number {
    if (this.end === this.positions.length) this.#grow()
    this.positions[this.end] = position
    this.left[this.end] = 0
    return this.end++
  }

  /** Position up to which the ring is done with; `fallback` when no record waits. */
  done(fallback: number): number {
    while (this.first < this.end && this.left[this.first] === 0) this.first++
    return this.first < this.end ? this.positions[this.first]! : fallback
  }

  /** Moves what is left to the front and returns by how much the numbers fell. */
  compact(): number {
    const gone = this.first
    this.positions.copyWithin(0, gone, this.end)
    this.left.copyWithin(0, gone, this.end)
    this.first = 0
    this.end -= gone
    return gone
  }

  #grow(): void {
    const { positions, left } = this
    this.positions = new Float64Array(positions.length * 2)
    this.left = new Int32Array(left.length * 2)
    this.positions.set(positions)
    this.left.set(left)
  }
}
