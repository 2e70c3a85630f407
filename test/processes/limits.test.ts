import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ContainerNames } from '../../src/processes/container-name.ts'
import { ProcFiles } from '../../src/processes/proc-files.ts'
import { ProcSource } from '../../src/processes/proc-source.ts'
import { RecordingProcesses } from '../../src/processes/recorded-processes.ts'
import { Users } from '../../src/processes/users.ts'
import { aProcess } from '../support/a-process.ts'
import { FakeProc } from '../support/fake-proc.ts'

let proc: FakeProc
let source: ProcSource
const { stackTraceLimit } = Error
beforeEach(() => {
  Error.stackTraceLimit = 0 // each file that is missing is one
  proc = new FakeProc()
  source = new ProcSource({ files: new ProcFiles(proc.root), host: 'node-1' })
})
afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit
  proc.remove()
})

/** Nothing is known of it but that it runs. */
function startBare(tgid: number): void {
  mkdirSync(join(proc.root, String(tgid)))
  symlinkSync(join(proc.root, '1/stat'), join(proc.root, `${tgid}/stat`))
}

describe('at the limit of processes', () => {
  test('processes described: the oldest is read again', () => {
    proc.start(1)
    for (let tgid = 2; tgid <= 4097; tgid++)
      symlinkSync(join(proc.root, '1'), join(proc.root, String(tgid)))
    const first = source.of(1, 0, '')
    for (let tgid = 2; tgid <= 4096; tgid++) source.of(tgid, 0, '')
    expect(source.of(1, 0, '')).toBe(first)
    source.of(4097, 0, '')
    expect(source.of(1, 0, '')).not.toBe(first)
    expect(source.of(1, 0, '')).toEqual(first)
  })

  test('processes that are gone, for spans that come late: the spans have less in their resource', () => {
    proc.start(1)
    const { serviceName } = source.of(1, 0, 'late')
    proc.end(1)
    source.forget(1)
    for (let tgid = 2; tgid <= 4096; tgid++) source.of(tgid, 5, 'gone')
    expect(source.of(1, 0, 'late').serviceName).toBe(serviceName)
    source.of(4097, 5, 'gone')
    expect(source.of(1, 0, 'late').serviceName).toBe('late')
  })

  test('programs whose runtime is known: the file is read again', () => {
    const programs = join(proc.root, 'programs')
    mkdirSync(programs)
    const run = (tgid: number, name: string) => {
      startBare(tgid)
      proc.link(tgid, 'exe', join(programs, name))
      return source.of(tgid, 0, '').language
    }
    proc.start(1)
    writeFileSync(join(programs, 'python3.11'), 'a file')
    linkSync(join(programs, 'python3.11'), join(programs, 'node'))
    const own = run(3000, 'python3.11')
    for (let tgid = 2; tgid <= 256; tgid++) {
      writeFileSync(join(programs, `other${tgid}`), `${tgid}`)
      run(tgid, `other${tgid}`)
    }
    // The same file under another name: told from what is known of it, as long as that is.
    expect(run(2000, 'node')).toBe(own)
    writeFileSync(join(programs, 'one-more'), 'one more')
    run(2001, 'one-more')
    expect(run(2002, 'node')).not.toBe(own)
  })

  test('names of containers: they are read again', () => {
    const id = (n: number) => n.toString(16).padStart(64, '0')
    const names = new ContainerNames(proc.root)
    const folder = join(proc.root, `var/lib/docker/containers/${id(0)}`)
    expect(names.nameOf(id(0)).name).toBe('')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'config.v2.json'), '{"Name":"/shop"}')
    for (let n = 1; n < 4096; n++) names.nameOf(id(n))
    expect(names.nameOf(id(0)).name).toBe('')
    names.nameOf(id(4096))
    expect(names.nameOf(id(0)).name).toBe('shop')
  })

  test('user names, by root folder: they are read again', () => {
    const users = new Users(new ProcFiles(proc.root))
    proc.start(1)
    for (let n = 0; n < 256; n++) expect(users.nameOf(1000, 1, `container ${n}`)).toBe('ann')
    proc.write(1, 'root/etc/passwd', 'bob:x:1000:1000::/:/bin/sh\n')
    expect(users.nameOf(1000, 1, 'container 0')).toBe('ann')
    expect(users.nameOf(1000, 1, 'container 256')).toBe('bob')
    expect(users.nameOf(1000, 1, 'container 0')).toBe('bob')
  })

  test('processes written into a recording: they are written again', () => {
    const written: unknown[] = []
    const one = aProcess()
    const live = { of: () => one, forget: () => {} }
    const log = { fact: (_: string, value: unknown) => void written.push(value) }
    const recording = new RecordingProcesses(live, log, false)
    for (let tgid = 1; tgid <= 65_536; tgid++) recording.of(tgid, 0, '')
    recording.of(1, 0, '')
    expect(written).toHaveLength(65_536)
    recording.of(65_537, 0, '')
    recording.of(1, 0, '')
    expect(written).toHaveLength(65_538)
  })
})
