/** Bytes of a name as it is written without compression. */
export function nameBytes(name: string): Buffer {
  const labels = name === '.' ? [] : name.split('.')
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]),
    Buffer.from([0]),
  ])
}

export interface Told {
  id?: number
  /** Both bytes behind the id; those of a usual query or reply if left out. */
  flags?: number
  /** Numbers of questions and of records of the three sections. */
  counts?: [number, number, number, number]
  question?: Buffer
  records?: Buffer[]
}

export function question(name: string, type = 1, code = 1): Buffer {
  return Buffer.concat([nameBytes(name), numbers(type, code)])
}

export function query(name: string, type = 1, told: Told = {}): Buffer {
  const { id = 0x1234, flags = 0x0100, counts = [1, 0, 0, 0], records = [] } = told
  const head = numbers(id, flags, ...counts)
  return Buffer.concat([head, told.question ?? question(name, type), ...records])
}

/** A reply with these records as its answers. */
export function reply(name: string, type: number, records: Buffer[], told: Told = {}): Buffer {
  const counts: Told['counts'] = [1, records.length, 0, 0]
  return query(name, type, { flags: 0x8180, counts, records, ...told })
}

/** Of the name that was asked. */
export function record(type: number, data: Buffer, ttl = 60): Buffer {
  const head = numbers(0xc00c, type, 1, Math.floor(ttl / 65_536), ttl % 65_536, data.length)
  return Buffer.concat([head, data])
}

export function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [i, value] of values.entries()) bytes.writeUInt16BE(value & 0xffff, i * 2)
  return bytes
}
