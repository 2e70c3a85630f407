declare const unit: unique symbol

/**
 * Nanoseconds on CLOCK_MONOTONIC since the agent's start (events are shifted on arrival), exact
 * below 2^53.
 */
export type MonotonicNs = number & { readonly [unit]: 'monotonic-ns' }

/** Nanoseconds since 1970. Beyond 2^53, so always a bigint. */
export type UnixNs = bigint & { readonly [unit]: 'unix-ns' }

/** The agent's view of time. Tests and replays inject their own; nothing else reads a clock. */
export interface Clock {
  /** CLOCK_MONOTONIC, ns since the agent's start. */
  now(): MonotonicNs
  /** Unix time of a monotonic moment, by the offset measured last. */
  unix(at: MonotonicNs): UnixNs
}

export const MS = 1e6
export const SECOND = 1e9
