import { anyGlobMatches, globMatches } from '../base/glob.ts'
import type { Selection } from '../config/config.ts'
import type { Process } from './process.ts'
import { baseName } from './program.ts'

/**
 * Whether a process is traced, as far as that depends on the process: ports are decided per socket.
 * What is excluded is never traced; of what is left any one criterion is enough, and none given
 * means all.
 */
export function selects(process: Process, select: Selection, exclude: Selection): boolean {
  if (matches(process, exclude)) return false
  return !hasCriteria(select) || matches(process, select)
}

/** Whether a selection says what to trace; otherwise it is everything. */
export function namesAny(selection: Selection): boolean {
  return selection.ports.length > 0 || hasCriteria(selection)
}

/** Whether a selection says anything about processes. */
export function hasCriteria(selection: Selection): boolean {
  const { pids, executables, commands, containers } = selection
  return pids.length + executables.length + commands.length + containers.length > 0
}

function matches(process: Process, selection: Selection): boolean {
  if (selection.pids.includes(process.tgid)) return true
  for (const pattern of selection.executables) if (isExecutable(process, pattern)) return true
  for (const container of selection.containers) if (isContainer(process, container)) return true
  if (selection.commands.length === 0) return false
  return anyGlobMatches(selection.commands, process.command.join(' '))
}

/** A pattern without a slash is about the name, one with a slash about the whole path. */
function isExecutable(process: Process, pattern: string): boolean {
  const { executable } = process
  return globMatches(pattern, pattern.includes('/') ? executable : baseName(executable))
}

function isContainer(process: Process, wanted: string): boolean {
  const { containerId, podUid, serviceName, serviceNameFrom } = process
  if (containerId === '' || wanted === '') return false
  if (containerId.startsWith(wanted) || podUid === wanted) return true
  return serviceNameFrom === 'container' && globMatches(wanted, serviceName)
}
