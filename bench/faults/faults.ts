import { AGENT_KILLED } from './agent-killed.ts'
import { AGENT_STOPPED } from './agent-stopped.ts'
import { AGENT_UPGRADED } from './agent-upgraded.ts'
import { COLLECTOR_DOWN } from './collector-down.ts'
import { COLLECTOR_LYING, COLLECTOR_REFUSING, COLLECTOR_SLOW } from './collector-misbehaves.ts'
import { DISK_FULL_LINES, DISK_FULL_RECORDING } from './disk-full.ts'
import type { Fault } from './fault.ts'
import { CPUS_AND_CLOCK } from './guest.ts'
import { KILLED_IN_EVERY_STATE } from './killed-in-every-state.ts'
import { MANY_PROCESSES } from './many-processes.ts'
import { TARGET_KILLED } from './target-killed.ts'

export const FAULTS: readonly Fault[] = [
  COLLECTOR_DOWN,
  COLLECTOR_SLOW,
  COLLECTOR_REFUSING,
  COLLECTOR_LYING,
  AGENT_STOPPED,
  AGENT_KILLED,
  KILLED_IN_EVERY_STATE,
  TARGET_KILLED,
  DISK_FULL_LINES,
  DISK_FULL_RECORDING,
  AGENT_UPGRADED,
  MANY_PROCESSES,
  CPUS_AND_CLOCK,
]
