import type { Process } from '../../src/processes/process.ts'

/** A Python shop with the pid 7, changed as the test needs it. */
export function aProcess(changes: Partial<Process> = {}): Process {
  return {
    tgid: 7,
    start: 10_000_000_000,
    comm: 'python3',
    executable: '/usr/bin/python3.11',
    command: ['python3', 'shop.py'],
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
    attributes: [],
    ...changes,
  }
}
