/** A stretch of a file in a process's memory: one line of /proc/PID/maps. */
export interface MappedPart {
  readonly start: number
  readonly end: number
  /** Of the file. */
  readonly offset: number
  /** As the process sees it, without ` (deleted)`. */
  readonly path: string
  /** The file has been removed or replaced since. */
  readonly deleted: boolean
}

const DELETED = ' (deleted)'

/** The parts of files among all that is mapped, in order of their addresses. */
export function parseMappedFiles(maps: string): MappedPart[] {
  const parts: MappedPart[] = []
  for (const line of maps.split('\n')) {
    const at = line.indexOf('/')
    if (at <= 0) continue
    const [range = '', , offset = ''] = line.split(' ', 3)
    const [start = '', end = ''] = range.split('-')
    const whole = line.slice(at)
    const deleted = whole.endsWith(DELETED)
    parts.push({
      start: Number.parseInt(start, 16),
      end: Number.parseInt(end, 16),
      offset: Number.parseInt(offset, 16),
      path: deleted ? whole.slice(0, -DELETED.length) : whole,
      deleted,
    })
  }
  return parts
}
