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
  return anyGlobMatches(selection.commands, commandOf(process))
}

/** Of one that was gone before it could be read there is only its name. */
function commandOf({ command, comm }: Process): string {
  return command.length > 0 ? command.join(' ') : comm
}

/**
 * A pattern with a slash is about the whole path, one without about the name: of the file, or what
 * the kernel calls the process, which is the link that it was started by (python3, redis-server).
 */
function isExecutable({ executable, comm }: Process, pattern: string): boolean {
  if (pattern.includes('/')) return globMatches(pattern, executable)
  return globMatches(pattern, baseName(executable)) || globMatches(pattern, comm)
}

function isContainer(process: Process, wanted: string): boolean {
  const { containerId, podUid, serviceName, serviceNameFrom } = process
  if (containerId === '' || wanted === '') return false
  if (containerId.startsWith(wanted) || podUid === wanted) return true
  return serviceNameFrom === 'container' && globMatches(wanted, serviceName)
}
