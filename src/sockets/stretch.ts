import type { Moment } from './moment.ts'

/**
 * What stands in a stream: `bytes` that were captured; bytes that an operation moved but nobody
 * captured; bytes of which no operation was seen; and, between two things seen, nobody knows what.
 */
export type StretchKind = 'bytes' | 'not-captured' | 'events-lost' | 'unknown'

/** A piece of one direction. What is captured of an operation and what is not are two of them. */
export interface Stretch {
  kind: StretchKind
  position: number
  length: number
  /** The operation; undefined: none was seen. */
  readonly moment: Moment | undefined
  /** The operation begins here. */
  readonly begins: boolean
}
