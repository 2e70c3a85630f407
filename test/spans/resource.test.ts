import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { VERSION } from '../../src/base/version.ts'
import { Redaction } from '../../src/spans/redact.ts'
import { Resources } from '../../src/spans/resource.ts'
import { aProcess } from '../support/a-process.ts'
import { A_HOST } from '../support/a-span-builder.ts'

const redaction = new Redaction({ urlQuery: 'hide', showSecrets: false })

function attributes(changes = {}, serviceName = '', own: { name: string; value: string }[] = []) {
  const resources = new Resources(A_HOST, { resource: { serviceName, attributes: own } }, redaction)
  return resources.of(aProcess(changes)).attributes
}

describe('a resource', () => {
  test('says what runs, where, and who saw it', () => {
    expect(
      attributes({
        command: ['python3', 'shop.py', '--token', 'x'],
        podUid: 'p',
        containerId: 'c',
      }),
    ).toEqual({
      'service.name': 'shop',
      'service.instance.id': expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      'host.name': 'node-1',
      'host.arch': 'amd64',
      'host.id': '3d1219c7c4c5404aaa1f6d2a48adfda4',
      'os.type': 'linux',
      'os.name': 'Debian GNU/Linux',
      'os.version': '12',
      'process.pid': 7,
      'process.parent_pid': 1,
      'process.executable.name': 'python3.11',
      'process.executable.path': '/usr/bin/python3.11',
      'process.command_args': ['python3', 'shop.py', '--token', 'REDACTED'],
      'process.owner': 'ann',
      'process.runtime.name': 'CPython',
      'process.runtime.version': '3.11',
      'container.id': 'c',
      'k8s.pod.uid': 'p',
      'telemetry.sdk.language': 'python',
      'telemetry.sdk.name': 'underspan',
      'telemetry.sdk.version': VERSION,
      'telemetry.distro.name': 'underspan',
      'telemetry.distro.version': VERSION,
      'underspan.service.name.from': 'script',
    })
  })

  const RUNTIMES: [
    language: string,
    version: string,
    name: string | undefined,
    shown: string | undefined,
  ][] = [
    ['nodejs', 'v20.20.2', 'nodejs', 'v20.20.2'],
    ['nodejs', 'Bun', 'Bun', undefined],
    ['python', 'PyPy 3.10', 'PyPy', '3.10'],
    ['python', '', undefined, undefined],
    ['go', 'go1.26.8', 'go', 'go1.26.8'],
    ['java', '17.0.15', 'OpenJDK Runtime Environment', '17.0.15'],
    ['unknown', '', undefined, undefined],
  ]
  for (const [language, runtimeVersion, name, version] of RUNTIMES) {
    test(`of ${language} ${runtimeVersion || 'without a version'} runs on ${name} ${version}`, () => {
      const found = attributes({ language, runtimeVersion })
      expect(found['process.runtime.name']).toBe(name)
      expect(found['process.runtime.version']).toBe(version)
    })
  }

  test('leaves out what is not known', () => {
    const found = attributes({ executable: '', command: [], user: '', parent: 0 })
    for (const value of Object.values(found)) expect(value).not.toBe('')
    for (const name of [
      'process.owner',
      'process.command_args',
      'process.parent_pid',
      'container.id',
    ]) {
      expect(found).not.toHaveProperty([name])
    }
  })

  test('takes what a person set over what was found, and the process over both', () => {
    const set = [
      { name: 'host.name', value: 'my-host' },
      { name: 'team', value: 'one' },
    ]
    const own = {
      attributes: [
        { name: 'team', value: 'two' },
        { name: 'service.version', value: '3' },
      ],
    }
    const found = attributes(own, '', set)
    expect(found).toMatchObject({ 'host.name': 'my-host', team: 'two', 'service.version': '3' })
  })

  test('takes the service name from the options, then from the process', () => {
    const inProcess = {
      serviceName: 'till',
      serviceNameFrom: 'environment',
      attributes: [{ name: 'service.name', value: 'other' }],
    }
    expect(attributes(inProcess)['service.name']).toBe('till')
    expect(attributes(inProcess, 'all')['service.name']).toBe('all')
  })

  test('has a service name even where nothing is known of the process', () => {
    expect(attributes({ serviceName: '', serviceNameFrom: 'comm' })['service.name']).toBe(
      'unknown_service',
    )
  })

  test('keeps its instance id for as long as the process lives, and no longer', () => {
    const id = (changes = {}) => attributes(changes)['service.instance.id']
    expect(id()).toBe(id())
    expect(id({ start: 11_000_000_000 })).not.toBe(id())
    expect(id({ tgid: 8 })).not.toBe(id())
  })

  test('is one object per process', () => {
    const resources = new Resources(
      A_HOST,
      { resource: { serviceName: '', attributes: [] } },
      redaction,
    )
    const shop = aProcess()
    expect(resources.of(shop)).toBe(resources.of(shop))
    expect(resources.of(aProcess())).not.toBe(resources.of(shop))
  })

  test('can be merged, as the interface asks', () => {
    const resources = new Resources(
      A_HOST,
      { resource: { serviceName: '', attributes: [] } },
      redaction,
    )
    const one = resources.of(aProcess())
    const merged = one.merge(resources.of(aProcess({ serviceName: 'other' })))
    expect(merged.attributes['service.name']).toBe('other')
    expect(one.merge(null)).toBe(one)
    expect(one.getRawAttributes()).toContainEqual(['service.name', 'shop'])
  })
})

test('the version is that of package.json', () => {
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')
  expect(JSON.parse(text).version).toBe(VERSION)
})
