import {
  baseName,
  directoryOf,
  firstOperand,
  isShared,
  nameOfFile,
  type Program,
  projectName,
  resolvePath,
  withoutExtension,
} from '../program.ts'

// https://nodejs.org/docs/latest/api/cli.html
const VALUED = new Set(
  `-r --require --import --loader --experimental-loader -e --eval -p --print -pe -C --conditions
  --env-file --title --input-type --watch-path --icu-data-dir --openssl-config --redirect-warnings
  --test-name-pattern -c --config --tsconfig --cwd --preload`.split(/\s+/),
)

const CODE = new Set(['-e', '--eval', '-p', '--print', '-pe'])

/** Words that say what bun, deno and npm are to do with the script that follows. */
const VERBS = new Set(['run', 'start', 'serve', 'watch', 'dev', 'exec', 'x'])

const SCRIPT = /\.(?:[cm]?[jt]sx?)$/

/** Where package.json may be, seen from the script: `dist/src/server.js`. */
const LEVELS = 4

export function nodeName(program: Program): string {
  const { environment } = program
  if (environment.has('pm_id') && environment.get('name')) return environment.get('name') ?? ''
  const command = words(program.command)
  if (!isRuntime(command[0] ?? '')) return ofTitle(program, command[0] ?? '')
  let at = firstOperand(command, VALUED)
  if (command.slice(1, at < 0 ? undefined : at).some((arg) => CODE.has(arg))) return ''
  if (VERBS.has(command[at] ?? '') && !baseName(command[0] ?? '').startsWith('node')) {
    at = firstOperand(command, VALUED, at + 1)
  }
  const script = command[at]
  if (script === undefined || at < 0) return ''
  if (isTool(script)) return ofTool(program, script, command.slice(at + 1))
  return ofScript(program, script)
}

/** A process that wrote its own title does so into one argument. */
function words(command: readonly string[]): readonly string[] {
  const [only] = command
  return command.length === 1 && only?.includes(' ') ? only.split(' ') : command
}

function isRuntime(path: string): boolean {
  return /^(?:node|nodejs|bun|bunx|deno)[\d.]*$/.test(baseName(path))
}

function ofTitle(program: Program, title: string): string {
  if (title === 'next-server' || title === 'npm')
    return packageName(program, program.directory) || title
  return /^[@\w./-]+$/.test(title) ? title : ''
}

function ofScript(program: Program, script: string): string {
  const name = withoutExtension(baseName(script))
  if (!isShared(name)) return name
  const path = resolvePath(program, script)
  return packageName(program, directoryOf(path)) || nameOfFile(program, script)
}

/** Tools live in node_modules; the service is the script they are given, or the package around. */
function isTool(script: string): boolean {
  return script.includes('/node_modules/') || script.startsWith('node_modules/')
}

function ofTool(program: Program, tool: string, args: readonly string[]): string {
  const script = args.find((arg) => SCRIPT.test(arg) && !arg.startsWith('-') && !isTool(arg))
  if (script) return ofScript(program, script)
  return (
    packageName(program, program.directory) ||
    projectName(program.directory) ||
    withoutExtension(baseName(tool))
  )
}

/** Name in the nearest package.json, without its scope. */
function packageName(program: Program, directory: string): string {
  let at = directory
  for (let level = 0; level < LEVELS && at !== ''; level++) {
    const name = nameIn(program.read(`${at === '/' ? '' : at}/package.json`))
    if (name !== '') return name
    if (at === '/') break
    at = directoryOf(at)
  }
  return ''
}

function nameIn(text: string): string {
  if (text === '') return ''
  try {
    const parsed: unknown = JSON.parse(text)
    const name = (parsed as { name?: unknown } | null)?.name
    return typeof name === 'string' ? baseName(name) : ''
  } catch {
    return '' // not JSON: somebody else's file
  }
}
