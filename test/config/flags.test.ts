import { describe, expect, test } from 'vitest'
import { readFlags } from '../../src/config/flags.ts'

function flagValue(flag: string, argv: string[]): unknown {
  const { values, problems } = readFlags(argv)
  expect(problems).toEqual([])
  for (const [row, { value }] of values) if (row.flag === flag) return value
  return undefined
}

describe('flags', () => {
  test('take their value behind a space or an equals sign', () => {
    expect(flagValue('hooks', ['--hooks', 'socket'])).toBe('socket')
    expect(flagValue('hooks', ['--hooks=socket'])).toBe('socket')
  })

  test('hold lists with commas, repeated, or both', () => {
    expect(flagValue('port', ['--port', '80,443', '--port=8080'])).toEqual([80, 443, 8080])
    expect(flagValue('route', ['--route', '/a/:x', '--route', '/b'])).toEqual(['/a/:x', '/b'])
  })

  test('hold ranges of ports', () => {
    expect(flagValue('port', ['--port', '8000-8003,9000'])).toEqual([8000, 8001, 8002, 8003, 9000])
  })

  test('hold a comma in an item behind a backslash', () => {
    expect(flagValue('command', ['--command', '*a\\,b*,c'])).toEqual(['*a,b*', 'c'])
  })

  test('count once when they hold one value: the last', () => {
    expect(flagValue('hooks', ['--hooks', 'socket', '--hooks', 'syscall'])).toBe('syscall')
  })

  test('switch on and off', () => {
    expect(flagValue('show-secrets', ['--show-secrets'])).toBe(true)
    expect(flagValue('show-secrets', ['--show-secrets', '--no-show-secrets'])).toBe(false)
  })

  test('leave the words between them in order', () => {
    const { words, extra } = readFlags(['record', '--port', '80', 'out.rec', '-h'])
    expect(words).toEqual(['record', 'out.rec'])
    expect(extra.get('help')).toBe(true)
  })

  test('end at --', () => {
    expect(readFlags(['record', '--', '--port']).words).toEqual(['record', '--port'])
  })

  test('of a command are read when the command names them', () => {
    const { extra } = readFlags(['explain', '--seconds', '3'], { seconds: { type: 'string' } })
    expect(extra.get('seconds')).toBe('3')
  })
})

describe('flags are refused', () => {
  const cases: [string[], string][] = [
    [['--prot', '80'], "option --prot is not known; did you mean '--port'?"],
    [['--endpoint', 'x'], "option --endpoint is not known; did you mean '--otlp-endpoint'?"],
    [['--ports=80'], "option --ports is not known; did you mean '--port'?"],
    [['--xyzzy'], 'option --xyzzy is not known'],
    [['-x'], 'option -x is not known'],
    [['--no-showsecrets'], "option --no-showsecrets is not known; did you mean '--show-secrets'?"],
    [['--no-xyzzy'], 'option --no-xyzzy is not known'],
    [
      ['--no-show-secrets=1'],
      "--no-show-secrets takes no value (found '1'); write --show-secrets or --no-show-secrets",
    ],
    [['--no-port'], 'option --no-port is not known: --port takes a value'],
    [['--__proto__'], 'option --__proto__ is not known'],
    [
      ['--show-secrets=yes'],
      "--show-secrets takes no value (found 'yes'); write --show-secrets or --no-show-secrets",
    ],
    [['--hooks'], '--hooks needs a value; allowed: auto, socket, syscall'],
    [
      ['--hooks', '--port', '80'],
      '--hooks needs a value, found --port; write --hooks=--port if that is the value',
    ],
    [['--hooks', 'fast'], "--hooks is 'fast'; allowed: auto, socket, syscall"],
    [
      ['--payload-limit', '1e3'],
      "--payload-limit is '1e3'; allowed: a whole number from 256 to 16384",
    ],
    [
      ['--payload-limit', '12abc'],
      "--payload-limit is '12abc'; allowed: a whole number from 256 to 16384",
    ],
  ]
  for (const [argv, problem] of cases) {
    test(`${argv.join(' ')}`, () => {
      expect(readFlags(argv).problems).toContain(problem)
    })
  }

  test('all at once', () => {
    expect(readFlags(['--prot', '80', '--hoks', 'auto']).problems).toHaveLength(2)
  })
})
