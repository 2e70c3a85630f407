import type { Environment } from './environment.ts'

/** How a process was started: what its script, jar or module can be named from. */
export interface Program {
  readonly executable: string
  readonly command: readonly string[]
  /** Working directory; '' unreadable. */
  readonly directory: string
  readonly environment: Environment
  /** Import path of the main package of a Go program; '' otherwise. */
  readonly goPath: string
  /** A small regular file by the path that the process would use; '' unreadable. */
  read(path: string): string
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function directoryOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at <= 0 ? '/' : path.slice(0, at)
}

/** A path as the process meant it, `.` and `..` resolved. */
export function resolvePath(program: Program, path: string): string {
  const whole = path.startsWith('/') ? path : `${program.directory}/${path}`
  const parts: string[] = []
  for (const part of whole.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** Directories that say how a program is laid out, not what it is. */
const LAYOUT = new Set(
  `app apps application bin build cmd code config current data deploy dist docroot home html htdocs
  include lib lib64 local main mnt node_modules opt out output pkg project public release releases
  root run sbin scripts server share site site-packages sources src srv target tmp usr var web work
  workdir workspace www`.split(/\s+/),
)

const DEEPEST = 4

/**
 * The directory that names the project a file lies in: the nearest that says more than `src` or
 * `app`. '' when there is none, or only a home directory.
 */
export function projectName(directory: string): string {
  const parts = directory.split('/').filter((part) => part !== '')
  for (let i = parts.length - 1; i >= Math.max(0, parts.length - DEEPEST); i--) {
    const part = parts[i] ?? ''
    if (i === 1 && parts[0] === 'home') return ''
    if (!LAYOUT.has(part) && !/^[\d._-]+$/.test(part)) return part
  }
  return ''
}

/** Names of scripts, classes and programs that many services share. */
const SHARED = new Set(
  `__init__ __main__ a.out app application asgi bootstrap boot entrypoint exe index launcher main
  manage program run runner serve server service start startup web worker wsgi www`.split(/\s+/),
)

/** Whether a name tells nothing about which service it is. */
export function isShared(name: string): boolean {
  return SHARED.has(name.toLowerCase())
}

/** `shop.py` is `shop`; what is not a file name stays. */
export function withoutExtension(name: string): string {
  const at = name.lastIndexOf('.')
  return at > 0 && /^\.[a-z][a-z0-9]{0,5}$/i.test(name.slice(at)) ? name.slice(0, at) : name
}

/** A script by its own name, or by its project where that name is one of many. */
export function nameOfFile(program: Program, path: string): string {
  if (/^\/(?:dev|proc)\//.test(path)) return ''
  const name = withoutExtension(baseName(path))
  if (!isShared(name)) return name
  return projectName(directoryOf(resolvePath(program, path))) || name
}

/**
 * Index of the first argument that is neither an option nor an option's value, or -1.
 * `valued`: options whose value is the next argument.
 */
export function firstOperand(
  args: readonly string[],
  valued: ReadonlySet<string>,
  from = 1,
): number {
  for (let i = from; i < args.length; i++) {
    const arg = args[i] ?? ''
    if (arg === '--') return i + 1 < args.length ? i + 1 : -1
    if (!arg.startsWith('-') || arg === '-') return arg === '-' ? -1 : i
    if (valued.has(arg)) i++
  }
  return -1
}
