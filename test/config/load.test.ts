import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { StartupError } from '../../src/base/errors.ts'
import { readFlags } from '../../src/config/flags.ts'
import { loadConfig } from '../../src/config/load.ts'

const folder = mkdtempSync(join(tmpdir(), 'underspan-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function load(argv: string[], env: Record<string, string> = {}) {
  return loadConfig(readFlags(argv), env)
}

function yaml(text: string): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.yaml`)
  writeFileSync(path, text)
  return path
}

function refusal(argv: string[], env: Record<string, string> = {}): StartupError {
  try {
    load(argv, env)
  } catch (error) {
    if (error instanceof StartupError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('precedence', () => {
  const file = yaml('hooks: syscall\noutput: none\npayload_limit: 512\n')

  test('a setting that nobody gives has its default', () => {
    const { config, origins } = load([])
    expect(config.hooks).toBe('auto')
    expect(config.select.ports).toEqual([])
    expect(config.limits.attributeValueLength).toBe(Number.POSITIVE_INFINITY)
    expect(origins.size).toBe(0)
  })

  test('the file beats the default, the environment the file, a flag the environment', () => {
    const { config } = load(['--config', file, '--hooks', 'socket'], {
      UNDERSPAN_HOOKS: 'auto',
      UNDERSPAN_OUTPUT: 'json',
    })
    expect(config.hooks).toBe('socket')
    expect(config.output).toBe('json')
    expect(config.payloadLimit).toBe(512)
  })

  test('the origin of each setting is known', () => {
    const { origins } = load(['--config', file, '--hooks=socket'], { UNDERSPAN_OUTPUT: 'json' })
    expect(origins.get('hooks')).toBe('--hooks')
    expect(origins.get('output')).toBe('UNDERSPAN_OUTPUT')
    expect(origins.get('payload-limit')).toBe(`${file}:3`)
  })

  test('a setting that was given its default has no origin', () => {
    const { origins } = load(['--config', file, '--hooks', 'auto'], { LANG: 'C.UTF-8' })
    expect([...origins.keys()]).toEqual(['output', 'payload-limit'])
  })

  test('UNDERSPAN_CONFIG names the file, and --config beats it', () => {
    expect(load([], { UNDERSPAN_CONFIG: file }).config.hooks).toBe('syscall')
    const other = yaml('hooks: socket')
    expect(load(['--config', other], { UNDERSPAN_CONFIG: file }).config.hooks).toBe('socket')
  })

  test('our own variable beats the standard one', () => {
    const env = { UNDERSPAN_LOG_LEVEL: 'warn', OTEL_LOG_LEVEL: 'debug' }
    expect(load([], env).config.logLevel).toBe('warn')
  })

  test('an empty variable counts as not set', () => {
    expect(load([], { UNDERSPAN_HOOKS: '', OTEL_SERVICE_NAME: ' ' }).config.hooks).toBe('auto')
  })

  test('a setting with nothing behind it in the file counts as not set', () => {
    const { config } = load(['--config', yaml('hooks:\nselect:\n  ports:\n')])
    expect(config.hooks).toBe('auto')
    expect(config.select.ports).toEqual([])
  })
})

describe('the result', () => {
  test('is frozen to the last list', () => {
    const { config } = load(['--port', '80'])
    expect(() => (config.select.ports as number[]).push(1)).toThrow(TypeError)
    expect(() => Object.assign(config.traces, { samplerArg: 0 })).toThrow(TypeError)
  })

  test('is not shared between two loads', () => {
    expect(load(['--port', '80']).config.select.ports).toEqual([80])
    expect(load([]).config.select.ports).toEqual([])
  })

  test('makes service.name among the attributes the service name, unless one is given', () => {
    const attributes = 'service.name=shop,deployment.environment.name=test'
    const { resource } = load([], { OTEL_RESOURCE_ATTRIBUTES: attributes }).config
    expect(resource.serviceName).toBe('shop')
    expect(resource.attributes).toEqual([{ name: 'deployment.environment.name', value: 'test' }])
    const both = { OTEL_RESOURCE_ATTRIBUTES: attributes, OTEL_SERVICE_NAME: 'store' }
    expect(load([], both).config.resource.serviceName).toBe('store')
  })

  test('never has a batch that is larger than its queue', () => {
    const { config, warnings } = load(['--queue-size', '100'])
    expect(config.batch.maxExportBatchSize).toBe(100)
    expect(warnings.join()).toContain('does not fit the queue of 100')
  })
})

test('durations of requests that go nowhere are warned of', () => {
  const flags = ['--request-metrics']
  expect(load(flags).warnings.join()).toContain('--request-metrics has no effect')
  expect(load([...flags, '--metrics-endpoint', 'http://a:4317']).warnings).toEqual([])
})

describe('a refusal', () => {
  test('names the setting, the value found and what is allowed', () => {
    const { code, message } = refusal(['--hooks', 'fast'])
    expect(code).toBe('BAD_OPTION')
    expect(message).toBe("--hooks is 'fast'; allowed: auto, socket, syscall")
  })

  test('names all that is wrong, wherever it was written', () => {
    const file = yaml('payload_limit: 12\nhoks: auto\n')
    const { message } = refusal(['--config', file, '--port', '99999'], { UNDERSPAN_HOOKS: 'fast' })
    expect(message.split('\n')).toEqual([
      '4 settings are wrong:',
      `  - ${file}:1: payload_limit is '12'; allowed: a whole number from 256 to 16384`,
      `  - ${file}:2: setting hoks is not known; did you mean 'hooks'?`,
      "  - UNDERSPAN_HOOKS is 'fast'; allowed: auto, socket, syscall",
      "  - --port is '99999'; allowed: whole numbers from 1 to 65535 or ranges like 8000-8010, separated by commas",
    ])
  })

  test('shows one printable line of a hostile value', () => {
    const { message } = refusal(['--hooks', `\u001b[31m${'x'.repeat(500)}\n`])
    expect(message).toMatch(/^--hooks is '\ufffd\[31mx{70,80}…'; allowed: /)
  })

  test('of a missing file says what to do', () => {
    const { code, message, remedy } = refusal(['--config', join(folder, 'nowhere.yaml')])
    expect(code).toBe('FILE_UNUSABLE')
    expect(message).toContain("nowhere.yaml' cannot be read: ENOENT")
    expect(remedy).toContain('--config')
  })
})
