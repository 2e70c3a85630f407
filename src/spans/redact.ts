import { isSecretName } from '../base/secret-names.ts'
import type { Config } from '../config/config.ts'
import { REDACTED, withoutCredentials, withoutSecretValues } from './secrets.ts'

/** Characters kept of a query. */
const MAX_QUERY = 2048
const MAX_PAIRS = 64

const MAX_ARGUMENTS = 128
const MAX_ARGUMENT = 1024

/** Options whose value is a secret although their names do not say so. */
interface SecretOptions {
  /** The value is the next argument. */
  readonly next: readonly string[]
  /** The value follows without a blank. */
  readonly attached: readonly string[]
}

const PROGRAMS: ReadonlyMap<string, SecretOptions> = new Map([
  [
    'curl',
    {
      next: ['-u', '--user', '-U', '--proxy-user', '-b', '--cookie'],
      attached: ['-u', '-U', '-b'],
    },
  ],
  ['mysql', { next: [], attached: ['-p'] }],
  ['mysqldump', { next: [], attached: ['-p'] }],
  ['redis-cli', { next: ['-a', '--pass'], attached: [] }],
  ['sshpass', { next: ['-p'], attached: ['-p'] }],
])

/** `Authorization: Bearer …` as an argument of its own. */
const HEADER = /^((?:proxy-)?authorization|cookie|x-[\w-]*(?:key|token|secret|auth)[\w-]*)\s*:/i

/** Hides what nobody should read in a trace, as configured. */
export class Redaction {
  readonly #urlQuery: Config['urlQuery']
  readonly #show: boolean

  constructor(config: Pick<Config, 'urlQuery' | 'showSecrets'>) {
    this.#urlQuery = config.urlQuery
    this.#show = config.showSecrets
  }

  /** A query without its `?`; '' to leave it out. */
  query(raw: string): string {
    if (this.#urlQuery === 'hide' || raw === '') return ''
    if (this.#urlQuery === 'show' && this.#show) return raw.slice(0, MAX_QUERY)
    const keysOnly = this.#urlQuery === 'keys'
    const pairs: string[] = []
    for (const pair of raw.slice(0, MAX_QUERY).split('&', MAX_PAIRS)) {
      pairs.push(hidePair(pair, keysOnly))
    }
    return pairs.join('&')
  }

  /** A path, or a whole URL whose query was already seen to. */
  url(text: string): string {
    return this.#show ? text : withoutSecretValues(withoutCredentials(text))
  }

  /** A command line. */
  args(command: readonly string[]): string[] {
    const shown = command.slice(0, MAX_ARGUMENTS)
    return this.#show ? shown.map(cut) : hideArguments(shown)
  }
}

function hidePair(pair: string, keysOnly: boolean): string {
  const at = pair.indexOf('=')
  if (at < 0) return keysOnly ? pair.slice(0, 64) : withoutSecretValues(pair)
  const name = pair.slice(0, at)
  if (keysOnly || isSecretName(decoded(name))) return `${name}=${REDACTED}`
  return `${name}=${withoutSecretValues(withoutCredentials(pair.slice(at + 1)))}`
}

/** `pass%77ord` is a password too. */
function decoded(name: string): string {
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return name.replaceAll('%', '') // not percent-encoded after all
  }
}

function hideArguments(command: readonly string[]): string[] {
  const path = command[0] ?? ''
  const options = PROGRAMS.get(path.slice(path.lastIndexOf('/') + 1))
  let hidesNext = false
  return command.map((argument, i) => {
    if (hidesNext) {
      hidesNext = false
      return REDACTED
    }
    const attached = options?.attached.find((o) => argument.startsWith(o) && argument !== o)
    if (attached) return attached + REDACTED
    hidesNext = i > 0 && valueFollows(argument, options)
    return hidesNext || i === 0 ? cut(argument) : hideArgument(argument)
  })
}

/** `--token`, `-u`: the secret is the next argument. */
function valueFollows(argument: string, options: SecretOptions | undefined): boolean {
  if (options?.next.includes(argument)) return true
  return argument.startsWith('-') && !argument.includes('=') && isSecretName(argument)
}

/** `--token=…`, `-Dpassword=…`, `PGPASSWORD=…`, `Cookie: …`, URLs. */
function hideArgument(argument: string): string {
  const at = argument.indexOf('=')
  const name = argument.slice(0, Math.max(at, 0))
  if (at > 0 && isSecretName(name)) return `${cut(name)}=${REDACTED}`
  const header = HEADER.exec(argument)
  if (header) return `${header[1]}: ${REDACTED}`
  return cut(withoutSecretValues(withoutCredentials(argument)))
}

function cut(argument: string): string {
  return argument.length > MAX_ARGUMENT ? argument.slice(0, MAX_ARGUMENT) : argument
}
