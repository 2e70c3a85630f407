import { readdirSync, readFileSync } from 'node:fs'

/** eBPF programs, maps and links that a process holds open, as `prog 17`. */
export function heldObjects(pid: number): string[] {
  const folder = `/proc/${pid}/fdinfo`
  const held = readdirSync(folder).flatMap((fd) => objectsIn(read(`${folder}/${fd}`)))
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
