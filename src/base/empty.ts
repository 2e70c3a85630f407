/** More are let go with the array's own memory. */
const SHORT = 16

/** Takes everything out. Setting the length is a call out of JavaScript, and makes the next `push` find memory anew. */
export function empty(list: unknown[]): void {
  if (list.length > SHORT) list.length = 0
  while (list.length > 0) list.pop()
}
