import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
// @ts-expect-error plain JavaScript: it runs before the compiler is installed
import * as libbpf from '../../src/cli/libbpf.mjs'
// @ts-expect-error plain JavaScript: it runs before the compiler is installed
import * as prepare from '../../src/cli/prepare.mjs'

let root: string
let ran: string[][]

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'underspan-prepare-'))
  ran = []
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text = '', ageSeconds = 0): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
  const time = new Date(Date.now() - ageSeconds * 1000)
  utimesSync(join(root, path), time, time)
}

function age(path: string, seconds: number): void {
  const time = new Date(Date.now() - seconds * 1000)
  utimesSync(join(root, path), time, time)
}

/** A program that does what it is told to, and remembers that it ran. */
function program(exitCode: number, effect = (_command: string[]) => {}) {
  return (command: string[]) => {
    ran.push(command)
    effect(command)
    return exitCode
  }
}

/** Writes what it compiled to where it was told to. */
function emit(command: string[]): void {
  const folder = command[command.indexOf('--outDir') + 1]!
  mkdirSync(join(folder, 'cli'), { recursive: true })
  writeFileSync(join(folder, 'cli/main.js'), `compiled ${ran.length}`)
}

describe('packages', () => {
  beforeEach(() => {
    const dependencies = { koffi: '3.3.4' }
    const devDependencies = { typescript: '7.0.2', '@types/node': '20.19.0' }
    write('package.json', JSON.stringify({ dependencies, devDependencies }))
    write('node_modules/koffi/package.json', '{"version":"3.3.4"}')
    write('node_modules/typescript/package.json', '{"version":"7.0.2"}')
    write('node_modules/@types/node/package.json', '{"version":"20.19.0"}')
  })

  test('are left alone when all are there', () => {
    prepare.ensurePackages(root, program(0))
    expect(ran).toEqual([])
  })

  test('are installed when one is missing', () => {
    rmSync(join(root, 'node_modules/koffi'), { recursive: true })
    prepare.ensurePackages(root, program(0))
    expect(ran).toHaveLength(1)
    expect(ran[0]).toContain('ci')
  })

  test('are installed when one is of another version than is pinned', () => {
    write('node_modules/typescript/package.json', '{"version":"6.0.3"}')
    expect(prepare.missingPackages(root)).toEqual(['typescript'])
  })

  test('that npm cannot install stop the start with what to do', () => {
    rmSync(join(root, 'node_modules'), { recursive: true })
    expect(() => prepare.ensurePackages(root, program(1))).toThrow(
      expect.objectContaining({
        message: 'npm ci failed (exit code 1).',
        remedy: expect.any(String),
      }),
    )
  })
})

describe('the build', () => {
  beforeEach(() => {
    for (const path of [
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'src/base/time.ts',
    ]) {
      write(path, '', 100)
    }
    write('dist/cli/main.js', '', 50)
    write('dist/.built', '', 50)
    age('src/base', 100)
    age('src', 100)
    mkdirSync(join(root, 'node_modules'))
  })

  const compiler = () => program(0, emit)
  const built = () => readFileSync(join(root, 'dist/cli/main.js'), 'utf8')

  test('is left alone when it is newer than all sources', () => {
    prepare.ensureBuilt(root, compiler())
    expect(ran).toEqual([])
  })

  test('is made when there is none', () => {
    rmSync(join(root, 'dist'), { recursive: true })
    prepare.ensureBuilt(root, compiler())
    prepare.ensureBuilt(root, compiler())
    expect(ran).toHaveLength(1)
    expect(built()).toBe('compiled 1')
  })

  test('takes the place of the old one whole, and leaves nothing behind', () => {
    write('dist/base/gone.js')
    write('package.json', 'changed', 10)
    prepare.ensureBuilt(root, compiler())
    expect(readdirSync(join(root, 'dist'), { recursive: true }).sort()).toEqual([
      '.built',
      'cli',
      'cli/main.js',
    ])
    expect(readdirSync(join(root, 'node_modules'))).toEqual([])
  })

  test.each(['src/base/time.ts', 'package.json', 'tsconfig.build.json'])(
    'is made when %s changed',
    (path) => {
      write(path, 'changed', 10)
      prepare.ensureBuilt(root, compiler())
      expect(ran).toHaveLength(1)
    },
  )

  test('is made when a source went away', () => {
    write('src/base/gone.ts', '', 100)
    rmSync(join(root, 'src/base/gone.ts'))
    prepare.ensureBuilt(root, compiler())
    expect(ran).toHaveLength(1)
  })

  test('is made again when a source changed while it ran', () => {
    write('src/base/time.ts', 'changed', 10)
    prepare.ensureBuilt(
      root,
      program(0, (command) => {
        emit(command)
        write('src/base/time.ts', 'changed again', -1)
      }),
    )
    prepare.ensureBuilt(root, compiler())
    expect(ran).toHaveLength(2)
  })

  test('that fails stops the start and is tried again next time', () => {
    rmSync(join(root, 'dist'), { recursive: true })
    expect(() => prepare.ensureBuilt(root, program(2))).toThrow('the build failed (exit code 2).')
    prepare.ensureBuilt(root, compiler())
    expect(ran).toHaveLength(2)
  })
})

describe('what a command line needs', () => {
  test.each([
    [[], true, true],
    [['--port', '80'], true, true],
    [['run'], true, true],
    [['record', 'a.rec'], true, true],
    [['explain', '1'], true, true],
    [['check'], false, false],
    [['replay', 'a.rec'], false, false],
    [['--help'], false, false],
    [['record', '-h'], false, false],
    [['--version'], false, false],
    [['--libbpf', '/opt/libbpf.so'], true, false],
  ])('%j: root %s, libbpf %s', (args, root, library) => {
    expect(prepare.needsOf(args, {})).toEqual({ root, libbpf: library })
  })
})

describe('the first file that runs', () => {
  const text = readFileSync(join(import.meta.dirname, '../../src/cli/start.mjs'), 'utf8')

  test('keeps to syntax that an old Node can read, so that it can say what is needed', () => {
    expect(text).not.toMatch(/\?\.|\?\?|\bawait\b|#\w|node:/)
  })

  test('asks for the version that package.json names', () => {
    const { engines } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
    )
    const [, major, minor] = /wanted = \[(\d+), (\d+)\]/.exec(text) ?? []
    expect(engines.node).toBe(`>=${major}.${minor}`)
  })
})

describe('libbpf', () => {
  test('is found where Debian and where Fedora keep it', () => {
    write('debian/x86_64-linux-gnu/libbpf.so.1')
    write('fedora/libbpf.so.1')
    expect(libbpf.findLibbpf({}, [join(root, 'debian')])).toBe(
      join(root, 'debian/x86_64-linux-gnu/libbpf.so.1'),
    )
    expect(libbpf.findLibbpf({}, [join(root, 'fedora')])).toBe(join(root, 'fedora/libbpf.so.1'))
    expect(libbpf.findLibbpf({ LD_LIBRARY_PATH: `:${join(root, 'fedora')}` }, [])).toBe(
      join(root, 'fedora/libbpf.so.1'),
    )
    expect(libbpf.findLibbpf({}, [join(root, 'nowhere'), root])).toBeUndefined()
  })

  test.each([
    ['ID=debian', 'apt-get install libbpf1'],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"', 'apt-get install libbpf1'],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"', 'dnf install libbpf'],
    ['ID=fedora', 'dnf install libbpf'],
    ['ID="opensuse-leap"\nID_LIKE="suse opensuse"', 'zypper install libbpf1'],
    ['ID=arch', 'pacman -S libbpf'],
    ['ID=alpine', 'apk add libbpf'],
    ['ID=plan9', undefined],
  ])('of %j comes with %s', (osRelease, command) => {
    expect(libbpf.installCommand(osRelease)).toBe(command)
  })

  test('is installed with apt-get, which is said first; its lists are updated only if they must be', () => {
    const said: string[] = []
    const say = (text: string) => said.push(text)
    libbpf.installLibbpf(program(0), say, 'ID=debian')
    expect(said[0]).toContain("installing the distribution's package libbpf1 with apt-get")
    expect(ran.map((command) => command[1])).toEqual(['install'])
  })

  test('is tried again with new lists', () => {
    const answers = [100, 0, 0]
    const run = (command: string[]) => {
      ran.push(command)
      return answers.shift()
    }
    libbpf.installLibbpf(run, () => {}, 'ID=debian')
    expect(ran.map((command) => command[1])).toEqual(['install', 'update', 'install'])
  })

  test('is never installed with another package manager: the command is said', () => {
    expect(() => libbpf.installLibbpf(program(0), () => {}, 'ID=fedora')).toThrow(
      expect.objectContaining({ remedy: 'run `dnf install libbpf`.' }),
    )
    expect(ran).toEqual([])
  })
})
