import { dirname, join, normalize } from 'node:path'

/** A file of src/, its path from there. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** Left may be imported by right, never the other way round. docs/architecture.md has the same order. */
export const LAYERS = [
  'base',
  'telemetry',
  'config',
  'elf',
  'loader',
  'ring',
  'events',
  'processes',
  'probes',
  'sockets',
  'protocols',
  'exchanges',
  'correlation',
  'spans',
  'export',
  'agent',
  'agent.ts',
  'cli',
]

/** Bytes in, values out: these import `base` and nothing else of ours. */
const PURE = ['elf', 'protocols']

/** What may stand in some rooms only. `only` is a folder with its slash, or one file. */
const DOORS: readonly {
  readonly what: RegExp
  readonly only: readonly string[]
  readonly rule: string
}[] = [
  {
    what: /(\bfrom\s+|\bimport\s+|\b(import|require)\(\s*)['"]koffi['"]/,
    only: ['loader/native.ts'],
    rule: 'koffi is used in loader/native.ts only',
  },
  {
    what: /['"`]\/(sys|proc\/(sys|kallsyms))(\/|['"`])/,
    only: ['loader/'],
    rule: '/sys, /proc/sys and /proc/kallsyms are read in loader/ only',
  },
  {
    what: /['"`]\/proc(\/(?!sys\b|kallsyms\b)|['"`])/,
    only: ['processes/'],
    rule: '/proc/PID is read in processes/ only',
  },
  {
    what: /\bprocess\s*(\?\.|\.)\s*env\b|\bprocess\[['"]env|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/,
    only: ['config/'],
    rule: 'the environment is read in config/ only',
  },
  {
    what: /(\bfrom\s+|\bimport\s+|\b(import|require)\(\s*)['"](node:)?(net|http|http2|https|tls|dgram|dns)(\/promises)?['"]/,
    only: ['export/'],
    rule: 'the network is used in export/ only',
  },
  {
    what: /(\bfrom\s+|\bimport\s+|\b(import|require)\(\s*)['"](@grpc\/|undici|ws['"]|@opentelemetry\/(exporter|otlp)-)/,
    only: ['export/'],
    rule: 'the network is used in export/ only',
  },
  {
    what: /(?<![.\w])fetch\s*\(|\bnew (WebSocket|EventSource)\b/,
    only: ['export/'],
    rule: 'the network is used in export/ only',
  },
  {
    what: /\bDate\.now\b|\bperformance\s*\.\s*(now|timeOrigin)\b|\bhrtime\b|\bnew Date\(\)|\bnew Date\b(?!\()/,
    only: ['base/'],
    rule: 'clocks are read in base/ only',
  },
]

const MANNERS: readonly { readonly what: RegExp; readonly rule: string }[] = [
  { what: /^\s*export default\b|\bas default\b/m, rule: 'exports have names' },
  { what: /^\s*(export |declare |const )*enum \w+/m, rule: 'no enums' },
  { what: /^\s*(export |declare )*namespace \w+/m, rule: 'no namespaces' },
]

const VAGUE = /(^|\/|-)(utils?|helpers?|managers?|common|misc)(\/|\.|-|$)/

/** Every rule that this file breaks, as `path: rule`. */
export function violations(file: SourceFile): string[] {
  const code = withoutComments(file.text)
  const broken = [...layerProblems(file.path, code), ...doorProblems(file.path, code)]
  return [...new Set([...broken, ...mannerProblems(file.path, code)])].map(
    (rule) => `${file.path}: ${rule}`,
  )
}

/** The manners alone, for files outside of src/. */
export function mannerProblems(path: string, code: string): string[] {
  const broken = MANNERS.filter(({ what }) => what.test(code)).map(({ rule }) => rule)
  return VAGUE.test(path) ? [...broken, 'a name says what is in it'] : broken
}

function layerProblems(path: string, code: string): string[] {
  const from = layerOf(path)
  if (!LAYERS.includes(from)) return ['is in no room of src/']
  return imports(code, path).flatMap((target) => {
    const to = layerOf(target)
    if (to === from) return []
    if (PURE.includes(from) && to !== 'base') return [`${from} is pure, but imports ${target}`]
    return LAYERS.indexOf(to) < LAYERS.indexOf(from)
      ? []
      : [`imports ${target}, which is further right`]
  })
}

function doorProblems(path: string, code: string): string[] {
  return DOORS.filter(
    ({ what, only }) =>
      what.test(code) &&
      !only.some((room) => path === room || (room.endsWith('/') && path.startsWith(room))),
  ).map(({ rule }) => rule)
}

/** Files of ours that this one imports, types and later imports too. */
export function imports(code: string, path: string): string[] {
  const found = code.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)['"](\.[^'"]+)['"]/g)
  return [...found].map(([, specifier]) => normalize(join(dirname(path), specifier!)))
}

/** Names of packages that are imported. */
export function packages(code: string): string[] {
  const found = code.matchAll(
    /(?:^\s*(?:import|export)\b[^'"();=]*\bfrom\s+|^\s*import\s+|\bimport\(\s*)['"]((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/[^'"]*)?['"]/gm,
  )
  return [...found].map(([, name]) => name!)
}

/** Imports that exist when the program runs: none of types. */
export function runtimeImports(code: string, path: string): string[] {
  return imports(code.replace(/^\s*(import|export) type\b[^'"]*['"][^'"]+['"]/gm, ''), path)
}

/** Files that import each other in a ring, or undefined. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  const visit = (file: string, trail: string[]): string[] | undefined => {
    const at = trail.indexOf(file)
    if (at >= 0) return [...trail.slice(at), file]
    if (done.has(file)) return undefined
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...trail, file])
      if (cycle !== undefined) return cycle
    }
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const cycle = visit(file, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

/** Comments may name what code must not use. Only comments that begin their line, or follow a space. */
export function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/(^|\s)\/\/ .*$/gm, '')
}

function layerOf(path: string): string {
  return path.split('/')[0]!
}
