import { latin } from '../elf/bytes.ts'
import type { ElfFile } from '../elf/elf-file.ts'
import { goBuildInfo } from '../elf/go-build-info.ts'
import type { Language } from './process.ts'
import { baseName, directoryOf } from './program.ts'

/** What a program runs on. The same for every process of one program file. */
export interface Runtime {
  readonly language: Language
  /** As in `Process.runtimeVersion`. */
  readonly version: string
  /** Import path of the main package of a Go program; '' otherwise. */
  readonly goPath: string
}

/** What recognition may look at; each part is read only when the ones before said nothing. */
export interface RuntimeClues {
  readonly executable: string
  /** Paths of the libraries that are mapped. */
  libraries(): readonly string[]
  /** Runs `use` on the program file; undefined if that is no ELF file or cannot be read. */
  elf<T>(use: (elf: ElfFile) => T): T | undefined
  /** A small file by the path that the process would use; '' unreadable. */
  read(path: string): string
}

/** Interpreters and virtual machines by the name of their executable. */
const EXECUTABLES: readonly [pattern: RegExp, language: Language][] = [
  [/^(?:python|pypy)\d*(?:\.\d+)*(?:[-.]?dbg|t)?$/, 'python'],
  [/^(?:node|nodejs|bun|deno)$/, 'nodejs'],
  [/^java$/, 'java'],
  [/^php(?:-fpm|-cgi|-zts)?\d*(?:\.\d+)*$/, 'php'],
  [/^ruby\d*(?:\.\d+)*$/, 'ruby'],
  [/^beam(?:\.smp)?$/, 'erlang'],
  [/^dotnet$/, 'dotnet'],
]

/** Runtimes that live in a library: embedded, or started by a small launcher. */
const LIBRARIES: readonly [pattern: RegExp, language: Language][] = [
  [/^libjvm\.so$/, 'java'],
  [/^libcoreclr\.so$/, 'dotnet'],
  [/^libnode\.so/, 'nodejs'],
  [/^libpython\d.*\.so|^libpypy\d.*\.so/, 'python'],
  [/^libphp[\d.]*\.so/, 'php'],
  [/^libruby[\d.-]*\.so/, 'ruby'],
]

export function recogniseRuntime(clues: RuntimeClues): Runtime {
  const name = baseName(clues.executable)
  for (const [pattern, language] of EXECUTABLES) {
    if (pattern.test(name)) return runtime(language, versionOf(language, clues))
  }
  const built = clues.elf(fromProgramFile)
  if (built) return built
  for (const library of clues.libraries()) {
    for (const [pattern, language] of LIBRARIES) {
      if (pattern.test(baseName(library))) return runtime(language, versionOf(language, clues))
    }
  }
  const isCpp = clues.libraries().some((library) => baseName(library).startsWith('libstdc++.so'))
  return runtime(isCpp ? 'cpp' : 'unknown', '')
}

function runtime(language: Language, version: string, goPath = ''): Runtime {
  return { language, version, goPath }
}

const MAX_COMMENT = 4096
const MAX_SYMBOL_NAMES = 1 << 20

/** What compilers leave in the program itself. */
function fromProgramFile(elf: ElfFile): Runtime | undefined {
  const go = goBuildInfo(elf)
  if (go) return runtime('go', go.version, go.path)
  if (elf.section('__managedcode') || exports(elf, 'DotNetRuntimeInfo'))
    return runtime('dotnet', '')
  const comment = latin(elf.contents(elf.section('.comment'), MAX_COMMENT))
  const rust = /rustc version (\S+)/.exec(comment)
  return rust ? runtime('rust', rust[1] ?? '') : undefined
}

/** Whether a name is among those that the program exports. */
function exports(elf: ElfFile, name: string): boolean {
  const names = elf.contents(elf.section('.dynstr'), MAX_SYMBOL_NAMES)
  return Buffer.from(names.buffer, names.byteOffset, names.byteLength).includes(`\0${name}\0`)
}

function versionOf(language: Language, clues: RuntimeClues): string {
  switch (language) {
    case 'python':
      return pythonVersion(clues)
    case 'nodejs':
      return nodeVersion(clues)
    case 'java':
      return javaVersion(clues)
    case 'php':
      return inName(clues, /php(?:-fpm|-cgi)?(\d+\.\d+)/) || phpVersion(clues)
    case 'ruby':
      return inName(clues, /ruby-?(?:\.so\.)?(\d+\.\d+)/)
    case 'dotnet':
      return dotnetVersion(clues)
    case 'erlang':
      return /\/erts-([\d.]+)\//.exec(clues.executable)?.[1] ?? ''
    default:
      return ''
  }
}

/** First match in the file name of the executable, else of a library. */
function inName(clues: RuntimeClues, pattern: RegExp): string {
  const found = pattern.exec(baseName(clues.executable))
  if (found) return found[1] ?? ''
  for (const library of clues.libraries()) {
    const match = pattern.exec(baseName(library))
    if (match) return match[1] ?? ''
  }
  return ''
}

/** `CPython 3.11`, `PyPy 3.10`: the implementation is not always the same. */
function pythonVersion(clues: RuntimeClues): string {
  const pypy = inName(clues, /^(?:lib)?pypy(\d+\.\d+)/)
  if (pypy !== '') return `PyPy ${pypy}`
  const version = inName(clues, /^(?:lib)?python(\d+\.\d+)/)
  return version === '' ? '' : `CPython ${version}`
}

/** The framework's version is the directory that the virtual machine was loaded from. */
function dotnetVersion(clues: RuntimeClues): string {
  const library = clues.libraries().find((path) => path.endsWith('/libcoreclr.so')) ?? ''
  return /\/Microsoft\.NETCore\.App\/([^/]+)\//.exec(library)?.[1] ?? ''
}

const MAX_READ_ONLY = 1 << 26
const PIECE = 1 << 22
const NODE_SERVER_NAME = 'node.js/v'

/** The headers beside it name it, else the inspector's `node.js/v20.20.2` in the program. */
function nodeVersion(clues: RuntimeClues): string {
  const name = baseName(clues.executable)
  if (name === 'bun' || name === 'deno') return name === 'bun' ? 'Bun' : 'Deno'
  const header = clues.read(`${prefixOf(clues.executable)}/include/node/node_version.h`)
  const [major, minor, patch] = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(header)?.[1],
  )
  if (major && minor && patch) return `v${major}.${minor}.${patch}`
  return clues.elf(nodeServerName) ?? ''
}

function nodeServerName(elf: ElfFile): string {
  const section = elf.section('.rodata')
  if (!section) return ''
  const end = Math.min(section.size, MAX_READ_ONLY)
  for (let at = 0; at < end; at += PIECE - 64) {
    const piece = elf.memory(section.address + at, Math.min(PIECE, end - at))
    const text = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const found = text.indexOf(NODE_SERVER_NAME)
    if (found < 0) continue
    const version = /^v\d+\.\d+\.\d+/.exec(text.toString('latin1', found + 8, found + 40))
    if (version) return version[0]
  }
  return ''
}

/** JAVA_HOME/release says `JAVA_VERSION="17.0.15"`. */
function javaVersion(clues: RuntimeClues): string {
  const library = clues.executable.endsWith('/java')
    ? ''
    : clues.libraries().find((path) => path.endsWith('/libjvm.so'))
  const home = library ? prefixOf(directoryOf(library)) : prefixOf(clues.executable)
  return /^JAVA_VERSION="([^"]+)"/m.exec(clues.read(`${home}/release`))?.[1] ?? ''
}

function phpVersion(clues: RuntimeClues): string {
  const header = clues.read(`${prefixOf(clues.executable)}/include/php/main/php_version.h`)
  return /#define PHP_VERSION "([\d.]+)/.exec(header)?.[1] ?? ''
}

/** `/usr/local` of `/usr/local/bin/node`. */
function prefixOf(path: string): string {
  const prefix = directoryOf(directoryOf(path))
  return prefix === '/' ? '' : prefix
}

/** Paths of the files that are mapped to be executed, each once. */
export function parseLibraries(maps: string): string[] {
  const paths = new Set<string>()
  for (const line of maps.split('\n')) {
    const at = line.indexOf('/')
    if (at > 0 && line[line.indexOf(' ') + 3] === 'x') paths.add(line.slice(at))
  }
  return [...paths]
}
