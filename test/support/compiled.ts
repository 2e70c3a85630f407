import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { cacheFolder } from './collector/build.mjs'

const GO = { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', GO111MODULE: 'on' }

/** The program that a file of C becomes. */
export function compiledC(source: string): string {
  const name = basename(source, '.c')
  const flags = ['-O1', '-pthread', basename(source)]
  const make = (folder: string) => ['cc', ...flags, '-o', join(folder, name)]
  return join(compiled([source, ...headersBeside(source)], make), name)
}

/** The program that a file of Go becomes; its services are called `name`. */
export function compiledGo(source: string, name: string): string {
  const make = (folder: string) => ['go', 'build', '-o', join(folder, name), basename(source)]
  return join(compiled([source], make), name)
}

/** The folder of the classes that a file of Java becomes. */
export function compiledJava(source: string, classPath = '.'): string {
  const flags = ['-cp', classPath, basename(source)]
  return compiled([source], (folder) => ['javac', ...flags, '-d', folder])
}

/**
 * A folder with what a compiler makes of these sources, kept outside the checkout: another source,
 * another command or another compiler is another folder.
 */
function compiled(
  sources: readonly [string, ...string[]],
  make: (folder: string) => readonly string[],
): string {
  const [compiler] = make('')
  const hash = createHash('sha256').update(make('').join(' ')).update(fileOf(compiler!))
  for (const path of sources) hash.update(readFileSync(path))
  const name = `${basename(sources[0])}-${hash.digest('hex').slice(0, 16)}`
  const target = join(cacheFolder(), 'programs', name)
  if (existsSync(target)) return target
  const partial = `${target}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  try {
    run(make(partial), dirname(sources[0]))
    renameSync(partial, target)
  } catch (error) {
    if (!existsSync(target)) throw error // else another process has made the same meanwhile
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return target
}

function headersBeside(source: string): string[] {
  const names = readdirSync(dirname(source)).filter((name) => name.endsWith('.h'))
  return names.sort().map((name) => join(dirname(source), name))
}

function run([program, ...args]: readonly string[], cwd: string): void {
  const env = { ...process.env, ...GO }
  const { status, stderr, error } = spawnSync(program!, args, { cwd, encoding: 'utf8', env })
  if (status !== 0) throw new Error(`${program} in ${cwd}: ${error?.message ?? stderr}`)
}

/** Another version of a compiler has another file: `/usr/bin/x86_64-linux-gnu-gcc-12`. */
function fileOf(program: string): string {
  const { stdout } = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' })
  return existsSync(stdout.trim()) ? realpathSync(stdout.trim()) : ''
}
