import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { StartupError } from '../../src/base/errors.ts'
import { COMMANDS } from '../../src/cli/dispatch.ts'
import { commandLine } from '../support/command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'underspan-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a command line', () => {
  test('without a command runs the agent', async () => {
    const { code, calls } = await commandLine(['--port', '80'])
    expect(code).toBe(0)
    expect(calls.map(({ name }) => name)).toEqual(['run'])
    expect(calls[0]!.config.select.ports).toEqual([80])
  })

  test('gives settings and operands to its command', async () => {
    const file = join(folder, 'a.rec')
    writeFileSync(file, '')
    const { calls } = await commandLine(['replay', file, '--output', 'json'])
    expect(calls[0]!.name).toBe('replay')
    expect(calls[0]!.rest[0]).toBe(file)
    expect(calls[0]!.config.output).toBe('json')
  })

  test('says warnings of the settings on standard error and goes on', async () => {
    const { code, out, err, calls } = await commandLine([], { env: { OTEL_LOG_LEVEL: 'loud' } })
    expect([code, out, calls.length]).toEqual([0, '', 1])
    expect(err).toBe("underspan: OTEL_LOG_LEVEL is 'loud', which cannot be used here: ignored\n")
  })

  test('--version says the version', async () => {
    expect((await commandLine(['--version'])).out).toMatch(/^underspan \d+\.\d+\.\d+\n$/)
    expect((await commandLine(['record', '-V'])).out).toMatch(/^underspan /)
  })
})

describe('a command line is refused with exit code 2', () => {
  test.each([
    [['rnu'], "command 'rnu' is not known; did you mean 'run'?"],
    [['8080'], "command '8080' is not known"],
    [['record'], '`underspan record FILE` needs its FILE'],
    [['explain'], '`underspan explain PID` needs its PID'],
    [['explain', 'nginx'], "PID is 'nginx'; allowed: a whole number from 1 to 4194304"],
    [
      ['explain', '1', '--seconds', 'ten'],
      "--seconds is 'ten'; allowed: a whole number from 1 to 86400",
    ],
    [['run', 'now'], "'now' is one word too many for `underspan run`"],
    [['run', '--seconds', '3'], '`underspan run` has no option --seconds'],
    [['check', '--overwrite'], '`underspan check` has no option --overwrite'],
    [['record', 'a', '--typo'], 'option --typo is not known'],
    [['--hooks', 'fast'], "--hooks is 'fast'; allowed: auto, socket, syscall"],
    [['replay', '/nowhere/a.rec'], "the recording '/nowhere/a.rec' cannot be read: ENOENT"],
    [['record', '/nowhere/a.rec'], "there is no folder '/nowhere'"],
    [['record', tmpdir()], `'${tmpdir()}' is not a file`],
  ])('%j', async (argv, message) => {
    const { code, out, err, calls } = await commandLine(argv)
    expect(err).toContain(`underspan: ${message}`)
    expect(err).toMatch(/\nWhy it matters: .+\.\nWhat to do: .+\n/)
    expect([code, out, calls]).toEqual([2, '', []])
  })
})

describe('record', () => {
  test('gives the file to the agent, and the time limit ends it', async () => {
    const file = join(folder, 'new.rec')
    const { code, calls } = await commandLine(['record', file, '--seconds', '1'])
    expect(code).toBe(0)
    expect(calls[0]!.rest[0]).toMatchObject({ record: file })
  })

  test('does not write over a file unless told to', async () => {
    const file = join(folder, 'old.rec')
    writeFileSync(file, 'precious')
    const refused = await commandLine(['record', file])
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('or --overwrite to lose what is in it')
    expect((await commandLine(['record', file, '--overwrite'])).calls).toHaveLength(1)
  })
})

describe('trouble', () => {
  test('that the operator can fix is said in three lines, with the page about it', async () => {
    const failure = new StartupError(
      'NO_BTF',
      'this kernel does not publish its types',
      'Give --btf.',
    )
    const { code, err } = await commandLine([], { failure })
    expect(code).toBe(2)
    expect(err).toBe(
      'underspan: this kernel does not publish its types\n' +
        'Why it matters: without the types of this kernel the agent cannot find the fields that it reads.\n' +
        'What to do: Give --btf.\n' +
        'More: docs/no-start.md, NO_BTF\n',
    )
  })

  test('of our own asks for a report, shows the stack, and exits with 1', async () => {
    const { code, err } = await commandLine([], { failure: new TypeError('no such field') })
    expect(code).toBe(1)
    expect(err).toMatch(
      /^underspan: this is a defect of underspan:\nTypeError: no such field\n {4}at /,
    )
    expect(err).toContain('please report it')
  })

  test('that is no Error at all is shown too', async () => {
    expect((await commandLine([], { failure: 'odd' })).err).toContain('odd')
  })
})

describe('help', () => {
  test('of the whole teaches the first steps, all commands and few options', async () => {
    for (const argv of [['--help'], ['-h'], ['help']]) {
      const { code, out } = await commandLine(argv)
      expect(code).toBe(0)
      for (const { name } of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
      expect(out).toContain('--port PORT')
      expect(out).not.toContain('--queue-size')
      expect(out.split('\n').length).toBeLessThan(42)
    }
  })

  test.each(COMMANDS.map(({ name }) => name))(
    'of %s has examples and its own options',
    async (name) => {
      const { code, out } = await commandLine([name, '--help'])
      expect(code).toBe(0)
      expect(out).toMatch(new RegExp(`^Usage: underspan ${name}`))
      expect(out).toContain('Examples\n')
      expect((await commandLine(['help', name])).out).toBe(out)
    },
  )

  test('of run lists every setting', async () => {
    const { out } = await commandLine(['run', '--help'])
    expect(out).toContain('--attribute-value-length-limit CHARACTERS')
    expect(out).toContain('--[no-]show-secrets')
    expect(out).toContain('(default parentbased_always_on)')
  })

  test.each([60, 80, 120])('fits a terminal of %i columns', async (columns) => {
    for (const argv of [['--help'], ...COMMANDS.map(({ name }) => [name, '--help'])]) {
      const { out } = await commandLine(argv, { columns })
      const long = out.split('\n').filter((line) => line.length > Math.max(columns, 86))
      expect(long).toEqual([])
    }
  })
})
