import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PYTHON } from '../../test/support/system/apps.ts'

/** Since 0.23 a transport writes at once, in the context of whoever writes to it. */
const UVLOOP = '0.23.0'
const PIP = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:']
const PIP_MS = 60_000

/** Why the modules cannot be used, '' if they can. */
export function needsPython(...modules: readonly string[]): () => string {
  return () =>
    modules
      .filter((module) => !imports(module))
      .map((module) => `${module} (python3-${module})`)
      .join(', ')
}

/** What the distribution's package is; '' none. */
export function distributedUvloop(): string {
  return said('import uvloop; print(uvloop.__version__)')
}

/** A later uvloop than distributions have, fetched once: where it is, for PYTHONPATH. */
export const UVLOOP_FOLDER = join(tmpdir(), `underspan-uvloop-${UVLOOP}`)

export function needsUvloop(...modules: readonly string[]): () => string {
  return () => {
    const [path, version] = [join(UVLOOP_FOLDER, 'uvloop'), `uvloop==${UVLOOP}`]
    if (!existsSync(path))
      spawnSync(PYTHON, [...PIP, '--target', UVLOOP_FOLDER, version], { timeout: PIP_MS })
    return existsSync(path) ? needsPython(...modules)() : `${version} (pip)`
  }
}

function imports(module: string): boolean {
  return spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0
}

function said(code: string): string {
  return spawnSync(PYTHON, ['-c', code], { encoding: 'utf8' }).stdout.trim()
}
