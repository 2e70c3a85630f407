import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readHost } from '../../src/processes/host.ts'

describe('host', () => {
  test('is told by machine-id and os-release', () => {
    const root = mkdtempSync(join(tmpdir(), 'host-'))
    mkdirSync(join(root, 'etc'))
    writeFileSync(join(root, 'etc/machine-id'), '3d1219c7c4c5404aaa1f6d2a48adfda4\n')
    writeFileSync(
      join(root, 'etc/os-release'),
      'PRETTY_NAME="x"\nNAME="Debian GNU/Linux"\nVERSION_ID=\'12\'\n',
    )
    expect(readHost(root)).toMatchObject({
      name: hostname(),
      id: '3d1219c7c4c5404aaa1f6d2a48adfda4',
      osName: 'Debian GNU/Linux',
      osVersion: '12',
    })
    rmSync(root, { recursive: true })
  })

  test('has no id or version where the files are missing', () => {
    expect(readHost('/nowhere')).toMatchObject({ id: '', osVersion: '', osName: '' })
    expect(readHost('/nowhere').arch).toMatch(/^(amd64|arm64|arm32|x86|ppc64|s390x)$/)
  })
})
