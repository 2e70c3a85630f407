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

const RUBY_VALUED = new Set(['-I', '-r', '-C', '-e', '-E', '-F', '-T', '-x'])
const RUBY_SERVERS = new Set(
  `bundle falcon falcon-host passenger puma pumactl rackup rails rainbows rake resque sidekiq
  solid_queue spring thin unicorn unicorn_rails`.split(/\s+/),
)

export function rubyName(program: Program): string {
  const title = program.command[0] ?? ''
  const tagged = /^(?:puma|unicorn|thin)\b.*\[([^\]]+)\]$/.exec(title)?.[1]
  if (tagged) return tagged
  const sidekiq = /^sidekiq [\d.]+ (\S+) \[/.exec(title)?.[1]
  if (sidekiq) return sidekiq
  const at = /^j?ruby[\d.]*$/.test(baseName(title)) ? firstOperand(program.command, RUBY_VALUED) : 0
  if (at < 0) return ''
  if (program.command.slice(1, at).includes('-e')) return ''
  const script = (program.command[at] ?? '').split(/[ :]/)[0] ?? ''
  const name = withoutExtension(baseName(script))
  if (RUBY_SERVERS.has(name)) return projectName(program.directory) || name
  return at > 0 ? nameOfFile(program, script) : ''
}

const PHP_VALUED = new Set(['-c', '-d', '-B', '-R', '-E', '-z', '-t', '-S'])

export function phpName(program: Program): string {
  const { command } = program
  const title = command[0] ?? ''
  const pool = /^php-fpm[\d.]*: pool (\S+)/.exec(title)?.[1]
  if (pool) return pool === 'www' ? 'php-fpm' : pool
  if (title.startsWith('php-fpm')) return 'php-fpm'
  if (command.includes('-r')) return ''
  const file = command[command.indexOf('-f') + 1] ?? ''
  const script = command.includes('-f') ? file : (command[firstOperand(command, PHP_VALUED)] ?? '')
  if (command.includes('-S')) return ofDevelopmentServer(program, script)
  if (script === '') return ''
  return baseName(script) === 'artisan' || baseName(script) === 'console'
    ? projectName(program.directory) || script
    : nameOfFile(program, script)
}

/** `php -S host:port -t directory router.php` */
function ofDevelopmentServer(program: Program, router: string): string {
  const { command } = program
  if (router !== '' && withoutExtension(baseName(router)) !== 'router') {
    return nameOfFile(program, router)
  }
  const documents = command.includes('-t') ? (command[command.indexOf('-t') + 1] ?? '') : '.'
  return projectName(resolvePath(program, documents)) || 'php'
}

export function dotnetName(program: Program): string {
  const { command } = program
  if (!/^dotnet$/.test(baseName(command[0] ?? ''))) return ''
  const assembly = command.find((arg, i) => i > 0 && arg.endsWith('.dll'))
  if (assembly) return nameOfFile(program, assembly)
  return command[1] === 'run' || command[1] === 'watch' ? projectName(program.directory) : ''
}

/** Releases of Elixir and Erlang carry their name; nodes are called `name@host`. */
export function erlangName(program: Program): string {
  const release = program.environment.get('RELEASE_NAME')
  if (release) return release
  const { command } = program
  const at = command.findIndex((arg) => arg === '-sname' || arg === '-name')
  return at < 0 ? '' : ((command[at + 1] ?? '').split('@')[0] ?? '')
}

const INTERPRETERS = /^(?:perl|lua|luajit|bash|sh|dash|zsh|tclsh|Rscript)[\d.]*$/
const INTERPRETER_VALUED = new Set(['-I', '-e', '-E', '-c', '-M', '-l', '-o'])

/** Programs of their own; scripts of the smaller interpreters. */
export function nativeName(program: Program): string {
  const { command, executable, goPath } = program
  const name = withoutExtension(baseName(executable || (command[0] ?? '')))
  if (INTERPRETERS.test(name)) {
    const at = firstOperand(command, INTERPRETER_VALUED)
    const isCode = command.some((arg) => arg === '-e' || arg === '-c' || arg === '-E')
    return at > 0 && !isCode ? nameOfFile(program, command[at] ?? '') : ''
  }
  if (!isShared(name)) return ''
  const package_ = baseName(goPath)
  return package_ !== '' && !isShared(package_) ? package_ : nameOfFile(program, executable)
}
