import { readdirSync, readFileSync } from 'node:fs'

/** eBPF programs, maps and links that a process holds open, as `prog 17`. */
export function heldObjects(pid: number): string[] {
  const folder = `/proc/${pid}/fdinfo`
  const held = list(folder).flatMap((fd) => objectsIn(read(`${folder}/${fd}`)))
  return [...new Set(held)]
}

function objectsIn(info: string): string[] {
  return [...info.matchAll(/^(prog|map|link)_id:\s*(\d+)$/gm)].map(
    ([, kind, id]) => `${kind} ${id}`,
  )
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // closed meanwhile
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // the process is gone
  }
}
