/** The field is one that was there before the table's entries were seen. */
export const UNKNOWN_FIELD = 255

/** RFC 7541, section 4.1. */
const OVERHEAD = 32
export const DEFAULT_SIZE = 4096
/** As many bytes of entries are kept, whatever was agreed on. */
const MAX_KEPT = 65_536
const FIRST_CAPACITY = 16
const NO_NUMBERS: number[] = []
const NO_TEXTS: string[] = []

/**
 * The dynamic table of one direction: RFC 7541, section 2.3.2. Indexes count from the newest entry, so what
 * was added in sight is sure even when older entries are not known. Of an entry nobody asks for, only the
 * size is kept.
 */
export class DynamicTable {
  /** As many as there is room for, used in a circle; they grow as entries come: most connections are short. */
  #capacity: number
  #fields: number[]
  #nameLengths: number[]
  #sizes: number[]
  #values: string[]
  /** Place of the newest entry. */
  #newest: number
  #count: number
  #size: number
  /** 0: nobody knows. */
  #maxSize: number
  /** There may be older entries than those that are known. */
  #hasOlder: boolean

  constructor() {
    this.#capacity = FIRST_CAPACITY
    this.#fields = NO_NUMBERS
    this.#nameLengths = NO_NUMBERS
    this.#sizes = NO_NUMBERS
    this.#values = NO_TEXTS
    this.#newest = -1
    this.#count = 0
    this.#size = 0
    this.#maxSize = DEFAULT_SIZE
    this.#hasOlder = false
  }

  /** Bytes of the known entries, as RFC 7541 counts them. */
  get size(): number {
    return this.#size
  }

  get count(): number {
    return this.#count
  }

  /** An index behind the known entries is not an error, but unknown. */
  get hasOlder(): boolean {
    return this.#hasOlder
  }

  /** `index`: 0 is the newest, below `count`. */
  fieldAt(index: number): number {
    return this.#fields[this.#placeOf(index)]!
  }

  nameLengthAt(index: number): number {
    return this.#nameLengths[this.#placeOf(index)]!
  }

  valueAt(index: number): string {
    return this.#values[this.#placeOf(index)]!
  }

  add(field: number, nameLength: number, valueLength: number, value: string): void {
    const size = nameLength + valueLength + OVERHEAD
    if (size > this.#largest) {
      this.#addTooLarge(size)
      return
    }
    this.#evictTo(this.#limit - size)
    if (this.#fields === NO_NUMBERS) this.#begin()
    else if (this.#count === this.#capacity) this.#grow()
    const place = (this.#newest + 1) & (this.#capacity - 1)
    this.#fields[place] = field
    this.#nameLengths[place] = nameLength
    this.#sizes[place] = size
    this.#values[place] = value
    this.#newest = place
    this.#count++
    this.#size += size
  }

  /** A size update: section 6.3. */
  resize(size: number): void {
    // 0 is the sign for unknown; no entry is as small as 1.
    this.#maxSize = Math.max(size, 1)
    this.#evictTo(this.#limit)
    if (size < OVERHEAD) this.#hasOlder = false
  }

  /** Entries were added that nobody saw, or are about to be: no entry is known. */
  forget(): void {
    this.#clear()
    this.#hasOlder = true
    this.#maxSize = 0
  }

  /** A connection begins. */
  reset(): void {
    this.#clear()
    this.#hasOlder = false
    this.#maxSize = DEFAULT_SIZE
  }

  /** It empties the table and is not in it: section 4.4. Or we had no room, or nobody knows. */
  #addTooLarge(size: number): void {
    if (this.#maxSize === 0 || size <= this.#maxSize) this.forget()
    else {
      this.#clear()
      this.#hasOlder = false
    }
  }

  /** An entry larger than this may or may not be in a table of unknown size. */
  get #largest(): number {
    return this.#maxSize === 0 ? DEFAULT_SIZE : this.#limit
  }

  get #limit(): number {
    return this.#maxSize === 0 ? MAX_KEPT : Math.min(MAX_KEPT, this.#maxSize)
  }

  #clear(): void {
    this.#count = 0
    this.#size = 0
    if (this.#fields !== NO_NUMBERS) this.#begin()
  }

  #begin(): void {
    this.#fields = []
    this.#nameLengths = []
    this.#sizes = []
    this.#values = []
    this.#newest = -1
  }

  /** What was older than an entry that had to go is gone as well, unless only we had no room for it. */
  #evictTo(size: number): void {
    while (this.#count > 0 && this.#size > size) {
      const place = this.#placeOf(this.#count - 1)
      this.#size -= this.#sizes[place]!
      this.#values[place] = ''
      this.#count--
      this.#hasOlder = this.#maxSize === 0 || this.#maxSize > MAX_KEPT
    }
  }

  #placeOf(index: number): number {
    return (this.#newest - index) & (this.#capacity - 1)
  }

  #grow(): void {
    const fields: number[] = []
    const nameLengths: number[] = []
    const sizes: number[] = []
    const values: string[] = []
    for (let i = 0; i < this.#count; i++) {
      const place = this.#placeOf(this.#count - 1 - i)
      fields.push(this.#fields[place]!)
      nameLengths.push(this.#nameLengths[place]!)
      sizes.push(this.#sizes[place]!)
      values.push(this.#values[place]!)
    }
    this.#fields = fields
    this.#nameLengths = nameLengths
    this.#sizes = sizes
    this.#values = values
    this.#capacity *= 2
    this.#newest = this.#count - 1
  }
}
