// Programs in C of bench/load, compiled for one run.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { temporaryFolder } from './processes.mjs'

const folders = new Map()

/** Path of the program that `name`.c becomes. */
export function compiled(name) {
  const known = folders.get(name)
  if (known) return join(known, name)
  const folder = temporaryFolder()
  const source = new URL(`${name}.c`, import.meta.url).pathname
  execFileSync('cc', ['-O2', source, '-o', join(folder, name)])
  folders.set(name, folder)
  return join(folder, name)
}
