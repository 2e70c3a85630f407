import type { Hook } from '../loader/hooks.ts'
import type { ContextFunctions } from '../processes/python-identity.ts'

/**
 * To see which context object of CPython was copied from which. What frees comes first: an object
 * whose end is not seen must not have a birth.
 */
export function birthHooks(
  tgid: number,
  { path, copyCurrent, dealloc }: ContextFunctions,
): readonly Hook[] {
  const target = { tgid, path }
  return [
    {
      program: 'on_context_gone',
      tracepoint: '',
      function: { ...target, offset: dealloc, atReturn: false },
    },
    {
      program: 'on_context_born',
      tracepoint: '',
      function: { ...target, offset: copyCurrent, atReturn: true },
    },
  ]
}
