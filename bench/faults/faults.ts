import { COLLECTOR_DOWN } from './collector-down.ts'
import { COLLECTOR_LYING, COLLECTOR_REFUSING, COLLECTOR_SLOW } from './collector-misbehaves.ts'
import type { Fault } from './fault.ts'

export const FAULTS: readonly Fault[] = [
  COLLECTOR_DOWN,
  COLLECTOR_SLOW,
  COLLECTOR_REFUSING,
  COLLECTOR_LYING,
]
