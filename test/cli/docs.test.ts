import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { WHY } from '../../src/cli/failure.ts'
import { ROWS } from '../../src/config/options.ts'
import { readYaml } from '../../src/config/yaml-file.ts'
import { UNPARENTED_REASONS } from '../../src/correlation/place.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { commandLine } from '../support/command-line.ts'
import { EXPLANATION } from '../support/explanation.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGES = ['README.md', ...pagesIn('docs')]
const PACKAGE = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

const folder = mkdtempSync(join(tmpdir(), 'underspan-docs-'))
const recording = join(folder, 'there.rec')
writeFileSync(recording, '')
afterAll(() => rmSync(folder, { recursive: true }))

function pagesIn(place: string): string[] {
  const names = readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.md')).map((name) => join(place, name))
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Blocks of one language, without their fences. */
function blocks(page: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm')
  return [...read(page).matchAll(fence)].map(([, text]) => text!)
}

/** What stands in backticks in the running text. */
function codeWords(page: string): string[] {
  const prose = read(page).replace(/^```[\s\S]*?^```/gm, '')
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, text]) => text!.replaceAll('\n', ' '))
}

/** Each command that a page shows, as it would be typed. */
function commands(page: string): string[] {
  const shown = blocks(page, 'sh').flatMap((text) => text.trim().split('\n'))
  const inline = codeWords(page).filter((text) =>
    /^(sudo )?(underspan|npm|npx|make|node)( |$)/.test(text),
  )
  return [...shown, ...inline].filter((text) => !text.includes('…'))
}

/** Words of a shell line, quotes taken off; variables in front are left out. */
function wordsOf(line: string): string[] {
  const filled = line.replace('$(pidof -s nginx)', '1').replace(/^([A-Z_]+=\S+ )+|^sudo /, '')
  const words = [...filled.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain!,
  )
  const pipe = words.findIndex((word) => word === '|' || word === '\\|') // the latter in a table
  return pipe < 0 ? words : words.slice(0, pipe)
}

/** Operands that stand for something, made to be there. */
function concrete(args: string[]): string[] {
  if (args[0] === 'record') return ['record', join(folder, 'new.rec'), ...args.slice(2)]
  if (args[0] === 'replay') return ['replay', recording, ...args.slice(2)]
  if (args[0] === 'explain') return ['explain', '1', ...args.slice(2)]
  return args.map((arg) => (arg === 'FILE' ? recording : arg))
}

async function expectToRun(line: string): Promise<void> {
  const [program, ...args] = wordsOf(line)
  if (program === 'underspan') return expectCommand(args, line)
  if (program === 'node' && args[0] !== 'dist/cli/main.js')
    return expect(existsSync(join(ROOT, args[0]!)), line).toBe(true)
  if (program === 'node') return expectCommand(args.slice(1), line)
  if (program === 'npm') return expectScript(args, line)
  if (program === 'npx')
    return expect(existsSync(join(ROOT, 'node_modules/.bin', args[0]!)), line).toBe(true)
  if (program === 'make')
    return expect(existsSync(join(ROOT, args[1]!, 'Makefile')), line).toBe(true)
  throw new Error(`nobody knows how to try '${line}'`)
}

async function expectCommand(args: string[], line: string): Promise<void> {
  const { code, err } = await commandLine(concrete(args), { explanation: EXPLANATION })
  expect(err.replace(/^watching process .*\n/, ''), line).toBe('')
  expect(code, line).toBe(0)
}

async function expectScript(args: string[], line: string): Promise<void> {
  const [verb, name] = args
  if (verb === 'start' && args[1] === '--') return expectCommand(args.slice(2), line)
  if (verb === 'ci' || verb === 'ls' || verb === 'install') return
  expect(PACKAGE.scripts, line).toHaveProperty(verb === 'run' ? name! : verb!)
}

/** Of a script that reads its options by `parseArgs`. */
function isOption(flag: string, script: string): boolean {
  return new RegExp(`^ +'?${flag}'?: \\{ type: '`, 'm').test(script)
}

describe.each(PAGES)('%s', (page) => {
  test('links to files that are there', () => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
    const local = links.filter((target) => !/^[a-z]+:/.test(target) && !target.startsWith('#'))
    const missing = local.filter(
      (target) => !existsSync(join(ROOT, dirname(page), target.split('#')[0]!)),
    )
    expect(missing).toEqual([])
  })

  test('names files that are there', () => {
    const paths = codeWords(page).filter((text) =>
      /^(src|bpf|test|docs|otel-config|bench)\/[\w./-]*$/.test(text),
    )
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  test('names options that there are', () => {
    const known = new Set(ROWS.map((row) => row.flag))
    for (const own of ['config', 'help', 'version', 'seconds', 'overwrite', 'no-show-secrets'])
      known.add(own)
    const foreign = ['privileged', 'no-', 'exclude-', '[no-]show-secrets'] // containers; beginnings
    const benches = ['src/cli/bench.mjs', 'bench/truth/main.ts', 'bench/churn.mjs']
      .map(read)
      .join('')
    const unknown = codeWords(page).flatMap((text) =>
      [...text.matchAll(/(?<![\w-])--([a-z][\w-]*)/g)]
        .map(([, flag]) => flag!)
        .filter((flag) => !known.has(flag) && !foreign.includes(flag))
        .filter((flag) => !/^(npm run|node) bench/.test(text) || !isOption(flag, benches)),
    )
    expect(unknown).toEqual([])
  })

  test('names variables that there are', () => {
    const text = read(page)
    const known = new Set(
      ROWS.flatMap((row) => [row.variable, ...(row.standard ?? []).map((v) => v.name)]),
    )
    known.add('UNDERSPAN_CONFIG')
    const own = [...text.matchAll(/\bUNDERSPAN_[A-Z_]+[A-Z]/g)].map(([name]) => name)
    expect(own.filter((name) => !known.has(name as `UNDERSPAN_${string}`))).toEqual([])
  })

  const lines = [...new Set(commands(page))]
  if (lines.length > 0) {
    test('shows commands that work', async () => {
      for (const line of lines) await expectToRun(line)
    })
  }

  const settings = blocks(page, 'yaml')
  if (settings.length > 0) {
    test('shows settings that work', () => {
      for (const text of settings) expect(readYaml(text, page).problems).toEqual([])
    })
  }

  test('has no place left to fill in', () => {
    expect(read(page)).not.toMatch(/\bWHERE_[A-Z]+|\bTBD\b/)
  })
})

test('docs/no-start.md has a chapter for each code, and no other', () => {
  const chapters = [...read('docs/no-start.md').matchAll(/^## (\w+)$/gm)].map(([, code]) => code)
  expect(chapters).toEqual(Object.keys(WHY))
})

test('docs/no-spans.md names reasons and counters that there are', () => {
  const counters = new Counters()
  const words: string[] = [...UNPARENTED_REASONS, ...counters.spans.entries().map(([word]) => word)]
  const page = read('docs/no-spans.md')
  const reasons = [...page.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, word]) => word!)
  const counted = [...page.matchAll(/^- \*([a-z]+-[a-z-]+)\*:/gm)].map(([, word]) => word!)
  expect([...reasons, ...counted].filter((word) => !words.includes(word))).toEqual([])
  expect(reasons.length).toBeGreaterThan(5)
  expect(counted.length).toBeGreaterThan(1)
})

test('docs/dependencies.md has a line for each package, with its version, and no other', () => {
  const rows = [...read('docs/dependencies.md').matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([^`]+)`(?: ([\d.]+))?/g)].map(
      ([, name, version]) => [name!, version] as const,
    ),
  )
  const installed: Record<string, string> = { ...PACKAGE.dependencies, ...PACKAGE.devDependencies }
  expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(installed).sort())
  for (const [name, version] of rows) expect(version ?? installed[name]).toBe(installed[name])
})
