import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Folders of the packages that the agent runs with, as paths below `root`. */
export function installedPackages(root: string): string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>
  }
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true && !path.includes('/@types/'))
    .map(([path]) => path)
    .filter((path) => existsSync(join(root, path)))
}
