import { describe, expect, test } from 'vitest'
import type { Process } from '../../src/processes/process.ts'
import { RecordingProcesses, ReplayedProcesses } from '../../src/processes/recorded-processes.ts'

function processOf(tgid: number, changes: Partial<Process> = {}): Process {
  return {
    tgid,
    start: 1000 + tgid,
    comm: 'shop',
    executable: '/usr/bin/shop',
    command: ['shop'],
    parent: 1,
    user: 'ann',
    language: 'python',
    runtimeVersion: 'CPython 3.11',
    threadServes: 'one',
    serviceName: 'shop',
    serviceNameFrom: 'script',
    serviceNamespace: '',
    containerId: '',
    podUid: '',
    systemdUnit: '',
    attributes: [{ name: 'team', value: 'a' }],
    ...changes,
  }
}

/** Answers with the same object until it is changed. */
class Source {
  readonly known = new Map<number, Process>()
  readonly forgotten: number[] = []

  of(tgid: number): Process {
    return this.known.get(tgid) ?? this.set(processOf(tgid))
  }
  recheck(process: Process): Process {
    return this.of(process.tgid)
  }
  forget(tgid: number): void {
    this.forgotten.push(tgid)
    this.known.delete(tgid)
  }
  set(process: Process): Process {
    this.known.set(process.tgid, process)
    return process
  }
}

function open(hideSecrets = true): {
  live: Source
  facts: [string, unknown][]
  recording: RecordingProcesses
  replayed: ReplayedProcesses
} {
  const facts: [string, unknown][] = []
  const live = new Source()
  const replayed = new ReplayedProcesses()
  const log = {
    fact: (name: string, value: unknown): void => {
      facts.push([name, value])
      expect(replayed.fact(name, JSON.parse(JSON.stringify(value)))).toBe(true)
    },
  }
  return { live, facts, recording: new RecordingProcesses(live, log, hideSecrets), replayed }
}

describe('facts about processes', () => {
  test('are written when they are used first, and then no more', () => {
    const { facts, recording, replayed } = open()
    const process = recording.of(7, 1007, 'shop')
    recording.of(7, 1007, 'shop')
    expect(facts.length).toBe(1)
    expect(replayed.of(7, 1007, 'shop')).toEqual(process)
    expect(replayed.missing).toBe(0)
  })

  test('are written again when they changed', () => {
    const { live, facts, recording, replayed } = open()
    const process = recording.of(7, 1007, 'shop')
    expect(recording.recheck(process)).toBe(process)
    expect(facts.length).toBe(1)
    live.set(processOf(7, { threadServes: 'many' }))
    expect(recording.recheck(process).threadServes).toBe('many')
    expect(replayed.recheck(process).threadServes).toBe('many')
    expect(facts.length).toBe(2)
  })

  test('of another process with the same number are written too', () => {
    const { live, recording, replayed } = open()
    recording.of(7, 1007, 'shop')
    recording.forget(7)
    expect(live.forgotten).toEqual([7])
    live.set(processOf(7, { start: 9999, serviceName: 'other' }))
    recording.of(7, 9999, 'other')
    expect(replayed.of(7, 9999, 'other').serviceName).toBe('other')
  })

  test('have no secrets of the command line, but its lengths', () => {
    const { live, recording, replayed } = open()
    const command = [
      'db',
      '--password=hunter2',
      '--token',
      'abc',
      'x',
      'postgres://ann:pw@db/shop',
      'PGPASSWORD=a',
    ]
    live.set(processOf(7, { command }))
    expect(recording.of(7, 1007, 'db').command).toEqual(command)
    expect(replayed.of(7, 1007, 'db').command).toEqual([
      'db',
      '--password=xxxxxxx',
      '--token',
      'xxx',
      'x',
      'postgres://xxxxxx@db/shop',
      'PGPASSWORD=x',
    ])
  })

  test('have them where that was asked for', () => {
    const { live, recording, replayed } = open(false)
    live.set(processOf(7, { command: ['db', '--password=hunter2'] }))
    recording.of(7, 1007, 'db')
    expect(replayed.of(7, 1007, 'db').command[1]).toBe('--password=hunter2')
  })

  test('that a recording does not have leave a process with its name only', () => {
    const { replayed } = open()
    expect(replayed.of(8, 5, 'nginx')).toMatchObject({
      tgid: 8,
      comm: 'nginx',
      serviceName: 'nginx',
    })
    expect(replayed.missing).toBe(1)
  })

  test('that are none are refused', () => {
    const { replayed } = open()
    for (const value of [
      null,
      7,
      {},
      { tgid: 'a', process: processOf(1) },
      { tgid: 1, process: { ...processOf(1), command: 'shop' } },
      { tgid: 1, process: { ...processOf(1), command: [1] } },
      { tgid: 1, process: { ...processOf(1), attributes: [null] } },
      { tgid: 1, process: { ...processOf(1), start: '5' } },
    ]) {
      expect(replayed.fact('process', value)).toBe(false)
    }
    expect(replayed.fact('losses', { tgid: 1, process: processOf(1) })).toBe(false)
    expect(replayed.fact('process', { tgid: 1, process: { tgid: 1, serviceName: 'a' } })).toBe(true)
  })
})
