import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  findCycle,
  LAYERS,
  mannerProblems,
  packages,
  runtimeImports,
  type SourceFile,
  violations,
  withoutComments,
} from './support/house-rules.ts'

const ROOT = join(import.meta.dirname, '..')

function filesIn(folder: string): SourceFile[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => /\.m?ts$/.test(name) && !name.includes('fixtures'))
    .map((path) => ({ path, text: readFileSync(join(ROOT, folder, path), 'utf8') }))
}

describe('the sources', () => {
  const sources = filesIn('src')

  test('keep to the rooms and their doors', () => {
    expect(sources.flatMap(violations)).toEqual([])
  })

  test('are plain JavaScript in cli/ only: there it runs before the build', () => {
    const names = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    expect(names.filter((name) => /\.[cm]?js$/.test(name) && !name.startsWith('cli/'))).toEqual([])
  })

  test('import each other in no ring', () => {
    const graph = new Map(
      sources.map(({ path, text }) => [path, runtimeImports(withoutComments(text), path)] as const),
    )
    expect(findCycle(graph)).toBeUndefined()
  })

  test('use packages that package.json names for the agent', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const used = new Set(sources.flatMap(({ text }) => packages(withoutComments(text))))
    expect([...used].filter((name) => !Object.hasOwn(dependencies, name))).toEqual([])
  })

  test('have the rooms that docs/architecture.md lists, in its order', () => {
    const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')
    const rooms = [...text.matchAll(/^\| `([\w.]+)\/?` \|/gm)].map(([, room]) => room)
    expect(rooms).toEqual(LAYERS)
  })

  test('and tests have manners', () => {
    const others = [...filesIn('test'), ...filesIn('bpf')]
    const broken = others.flatMap(({ path, text }) =>
      mannerProblems(path, withoutComments(text)).map((rule) => `${path}: ${rule}`),
    )
    expect(broken).toEqual([])
  })
})

describe('a planted violation is caught', () => {
  const planted: [string, string, string][] = [
    [
      'base/x.ts',
      "import { a } from '../config/a.ts'",
      'imports config/a.ts, which is further right',
    ],
    [
      'ring/x.ts',
      "import type { A } from '../export/a.ts'",
      'imports export/a.ts, which is further right',
    ],
    [
      'sockets/x.ts',
      "export { a } from '../protocols/a.ts'",
      'imports protocols/a.ts, which is further right',
    ],
    [
      'spans/x.ts',
      "const a = await import('../agent.ts')",
      'imports agent.ts, which is further right',
    ],
    [
      'agent.ts',
      "import { main } from './cli/main.ts'",
      'imports cli/main.ts, which is further right',
    ],
    [
      'protocols/x.ts',
      "import { a } from '../config/a.ts'",
      'protocols is pure, but imports config/a.ts',
    ],
    [
      'elf/x.ts',
      "import { a } from '../telemetry/a.ts'",
      'elf is pure, but imports telemetry/a.ts',
    ],
    ['cellar/x.ts', '', 'is in no room of src/'],
    ['ring/x.ts', "import koffi from 'koffi'", 'koffi is used in loader/native.ts only'],
    ['loader/x.ts', "const k = await import('koffi')", 'koffi is used in loader/native.ts only'],
    ['loader/x.ts', 'readFileSync(`/proc/${tgid}/maps`)', '/proc/PID is read in processes/ only'],
    ['spans/x.ts', "join('/proc', pid)", '/proc/PID is read in processes/ only'],
    ['cli/x.ts', "'/proc/self/status'", '/proc/PID is read in processes/ only'],
    [
      'processes/x.ts',
      "'/proc/kallsyms'",
      '/sys, /proc/sys and /proc/kallsyms are read in loader/ only',
    ],
    [
      'processes/x.ts',
      "'/proc/sys/kernel/x'",
      '/sys, /proc/sys and /proc/kallsyms are read in loader/ only',
    ],
    [
      'cli/x.ts',
      "existsSync('/sys/kernel/tracing')",
      '/sys, /proc/sys and /proc/kallsyms are read in loader/ only',
    ],
    ['export/x.ts', 'const a = process.env.HOME', 'the environment is read in config/ only'],
    ['cli/x.ts', "process['env']", 'the environment is read in config/ only'],
    ['cli/x.ts', 'const { env } = process', 'the environment is read in config/ only'],
    ['spans/x.ts', "import { connect } from 'node:net'", 'the network is used in export/ only'],
    ['cli/x.ts', "import http from 'http'", 'the network is used in export/ only'],
    [
      'agent.ts',
      "import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'",
      'the network is used in export/ only',
    ],
    ['agent.ts', "import * as grpc from '@grpc/grpc-js'", 'the network is used in export/ only'],
    ['cli/x.ts', 'await fetch(url)', 'the network is used in export/ only'],
    ['spans/x.ts', 'const a = Date.now()', 'clocks are read in base/ only'],
    ['ring/x.ts', 'performance.now()', 'clocks are read in base/ only'],
    ['ring/x.ts', 'process.hrtime.bigint()', 'clocks are read in base/ only'],
    ['export/x.ts', 'new Date().toISOString()', 'clocks are read in base/ only'],
    ['spans/x.ts', 'export default class A {}', 'exports have names'],
    ['spans/x.ts', 'export const enum A { B }', 'no enums'],
    ['spans/x.ts', 'enum A { B }', 'no enums'],
    ['spans/x.ts', 'export namespace A {}', 'no namespaces'],
    ['spans/utils/x.ts', '', 'a name says what is in it'],
    ['spans/helpers.ts', '', 'a name says what is in it'],
    ['sockets/socket-manager.ts', '', 'a name says what is in it'],
  ]
  for (const [path, text, rule] of planted) {
    test(`${path}: ${text || rule}`, () => {
      expect(violations({ path, text })).toContain(`${path}: ${rule}`)
    })
  }

  test('a ring of imports', () => {
    const graph = new Map([
      ['a.ts', ['b.ts']],
      ['b.ts', ['c.ts']],
      ['c.ts', ['b.ts']],
    ])
    expect(findCycle(graph)).toEqual(['b.ts', 'c.ts', 'b.ts'])
  })
})

describe('what is allowed stays allowed', () => {
  const fine: [string, string][] = [
    ['cli/x.ts', "import { a } from '../agent.ts'"],
    ['protocols/http/x.ts', "import { a } from '../cursor.ts'"],
    ['loader/native.ts', "import koffi from 'koffi'"],
    ['processes/x.ts', 'readFileSync(`/proc/${tgid}/maps`)'],
    ['loader/x.ts', "'/proc/sys/kernel/x'"],
    ['loader/x.ts', "'/sys/kernel/btf/vmlinux'"],
    ['config/x.ts', 'process.env'],
    ['export/x.ts', "import { connect } from 'node:net'"],
    ['base/x.ts', 'process.hrtime.bigint()'],
    ['export/x.ts', 'new Date(milliseconds).toISOString()'],
    [
      'spans/x.ts',
      '/** Not Date.now(): see /proc/self, process.env. */\n// new Date()\nconst a = 1 // Date.now',
    ],
    ['cli/x.ts', "'mount tracefs: mount -t tracefs nodev /sys/kernel/tracing'"],
    ['events/x.ts', "Buffer.from('http')"],
    ['exchanges/x.ts', 'this.#cache.fetch(key)'],
  ]
  for (const [path, text] of fine) {
    test(`${path}: ${text.split('\n').at(-1)}`, () => {
      expect(violations({ path, text })).toEqual([])
    })
  }

  test('packages are told from files and from what Node brings', () => {
    const code = `import a from 'yaml'\nimport b from '@opentelemetry/api/x'\nimport './c.ts'\nimport 'node:fs'`
    expect(packages(code)).toEqual(['yaml', '@opentelemetry/api'])
  })

  test('types may refer to each other', () => {
    expect(
      runtimeImports("import type { A } from './a.ts'\nimport { b } from './b.ts'", 'x.ts'),
    ).toEqual(['b.ts'])
  })
})
