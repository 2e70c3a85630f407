import {
  baseName,
  firstOperand,
  isShared,
  nameOfFile,
  type Program,
  projectName,
  resolvePath,
  withoutExtension,
} from '../program.ts'

// https://docs.python.org/3/using/cmdline.html
const VALUED = new Set(['-W', '-X', '--check-hash-based-pycs'])

/** Programs that run an application named in their arguments. */
const LAUNCHERS = new Set(
  `gunicorn uvicorn hypercorn daphne granian uwsgi waitress-serve flask fastapi celery dramatiq
  streamlit starlette litestar robyn sanic twist twistd waitress bentoml huey_consumer rq
  opentelemetry-instrument ddtrace-run newrelic-admin poetry pipenv pdm uv hatch django-admin
  debugpy coverage kernprof watchmedo watchfiles`.split(/\s+/),
)

/** `package.module:attribute`, as application servers take it. */
const APPLICATION = /^([A-Za-z_][\w.]*):[A-Za-z_][\w.]*(?:\(.*\))?$/
const MODULE = /^[A-Za-z_][\w.]*$/

export function pythonName(program: Program): string {
  const { command } = program
  const first = command[0] ?? ''
  if (!/^(?:python|pypy)[\d.]*(?:-.*)?$/.test(baseName(first))) return ofTitle(program, first)
  for (let i = 1; i < command.length; i++) {
    const arg = command[i] ?? ''
    if (/^-[A-Za-z]*c$/.test(arg)) return ''
    const module = /^-[A-Za-z]*m(.*)$/.exec(arg)
    if (module)
      return module[1]
        ? ofModule(program, module[1], i + 1)
        : ofModule(program, command[i + 1] ?? '', i + 2)
    if (VALUED.has(arg)) i++
    else if (!arg.startsWith('-')) return ofScript(program, arg, i + 1)
    else if (arg === '-') return ''
  }
  return ''
}

function ofModule(program: Program, module: string, next: number): string {
  if (LAUNCHERS.has(module)) return ofLauncher(program, module, next)
  return withoutSharedEnd(module) || projectName(program.directory) || module
}

function ofScript(program: Program, path: string, next: number): string {
  const name = withoutExtension(baseName(path))
  return LAUNCHERS.has(name) ? ofLauncher(program, name, next) : nameOfFile(program, path)
}

/** A process that wrote its own title: `gunicorn: worker [shop]`, `celeryd: shop@host:MainProcess`. */
function ofTitle(program: Program, title: string): string {
  const bracketed = /^gunicorn: .*\[([^\]]+)\]/.exec(title)?.[1]
  if (bracketed) return ofApplication(program, bracketed) || bracketed
  const name = baseName(title.split(' ')[0] ?? '')
  return LAUNCHERS.has(name) ? ofLauncher(program, name, 1) : ''
}

function ofLauncher(program: Program, launcher: string, next: number): string {
  const args = program.command.slice(next)
  const named = valueAfter(args, '--name', '-n')
  if (launcher === 'gunicorn' && named) return named
  for (const arg of args) {
    const name = ofApplication(program, arg)
    if (name !== '') return name
  }
  const chosen =
    valueAfter(args, '--app', '-A', '--module') || program.environment.get('FLASK_APP') || ''
  if (chosen !== '')
    return (
      withoutSharedEnd(withoutExtension(baseName(chosen))) || inDirectory(program, args) || chosen
    )
  const script = args.find((arg) => /\.pyc?$/.test(arg) && !arg.startsWith('-'))
  if (script) return nameOfFile(program, script)
  const bare =
    launcher === 'gunicorn' ? (args[firstOperand(args, new Set(), args.length - 1)] ?? '') : ''
  if (MODULE.test(bare)) return withoutSharedEnd(bare) || inDirectory(program, args) || bare
  return inDirectory(program, args) || launcher
}

function ofApplication(program: Program, arg: string): string {
  const module = APPLICATION.exec(arg)?.[1]
  if (!module) return ''
  return withoutSharedEnd(module) || inDirectory(program, program.command) || module
}

function inDirectory(program: Program, args: readonly string[]): string {
  const chosen = valueAfter(args, '--chdir', '--app-dir')
  return projectName(chosen ? resolvePath(program, chosen) : program.directory)
}

/** `shop.wsgi` is `shop`; '' when nothing is left. `http.server` stays: it is one module's name. */
function withoutSharedEnd(module: string): string {
  if (module === 'http.server') return module
  const parts = module.split('.')
  while (parts.length > 0 && isShared(parts.at(-1) ?? '')) parts.pop()
  while (parts.length > 1 && parts[0] === 'src') parts.shift()
  return parts.join('.')
}

function valueAfter(args: readonly string[], ...names: readonly string[]): string {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    for (const name of names) {
      if (arg === name) return args[i + 1] ?? ''
      if (arg.startsWith(`${name}=`)) return arg.slice(name.length + 1)
    }
  }
  return ''
}
