import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ContainerNames } from '../../src/processes/container-name.ts'
import { ProcFiles } from '../../src/processes/proc-files.ts'
import { ProcSource } from '../../src/processes/proc-source.ts'
import { FakeProc } from '../support/fake-proc.ts'

const ID = 'b78cb4b4b2f3bb0b4c2b8e5ac1d3f8a96a4a6a21c20c8b0cc3a1b2a3a4d5e6f7'
/** 1000 ticks, as a process started by FakeProc says. */
const START = 10_000_000_000

let proc: FakeProc
let source: ProcSource

beforeEach(() => {
  proc = new FakeProc()
  source = new ProcSource({ files: new ProcFiles(proc.root), host: 'node-1' })
})
afterEach(() => proc.remove())

function shop(tgid = 7, files: Record<string, string> = {}): void {
  proc.start(tgid, {
    cmdline: 'python3\0/srv/shop.py\0--port\x0080\0',
    environ: 'HOME=/root\0OTEL_RESOURCE_ATTRIBUTES=service.namespace=till,team=a%2Cb\0',
    ...files,
  })
  proc.link(tgid, 'exe', '/usr/bin/python3.11')
  proc.link(tgid, 'cwd', '/srv')
}

describe('a process out of /proc', () => {
  test('is described whole', () => {
    shop()
    expect(source.of(7, START, 'python3')).toEqual({
      tgid: 7,
      start: START,
      comm: 'python3',
      executable: '/usr/bin/python3.11',
      command: ['python3', '/srv/shop.py', '--port', '80'],
      parent: 1,
      user: 'ann',
      language: 'python',
      runtimeVersion: 'CPython 3.11',
      threadServes: 'one',
      serviceName: 'shop',
      serviceNameFrom: 'script',
      serviceNamespace: 'till',
      containerId: '',
      podUid: '',
      systemdUnit: '',
      attributes: [
        { name: 'service.namespace', value: 'till' },
        { name: 'team', value: 'a,b' },
      ],
    })
  })

  test('is read once until it is forgotten', () => {
    shop()
    const first = source.of(7, START, 'python3')
    proc.write(7, 'cmdline', 'python3\0other.py\0')
    expect(source.of(7, START, 'python3')).toBe(first)
    source.forget(7)
    expect(source.of(7, START, 'python3').serviceName).toBe('other')
  })

  test('is still known after its end, as spans come late', () => {
    shop()
    const first = source.of(7, START, 'python3')
    source.forget(7)
    proc.end(7)
    expect(source.of(7, START, 'python3')).toBe(first)
    expect(source.of(7, 0, '')).toBe(first)
  })

  test('is only its comm when it was gone before anybody looked', () => {
    const gone = source.of(7, START, 'curl')
    expect(gone).toMatchObject({ serviceName: 'curl', serviceNameFrom: 'comm', executable: '' })
    expect(source.of(7, START, 'curl')).toBe(gone)
  })

  test('is not mistaken for another that has its number by now', () => {
    shop()
    const earlier = source.of(7, START - 3e9, 'curl')
    expect(earlier).toMatchObject({ serviceName: 'curl', start: START - 3e9 })
    expect(source.of(7, START + 1e6, 'python3').serviceName).toBe('shop')
    proc.start(7, { ticks: '5000', comm: 'nginx' })
    expect(source.of(7, 5 * START, 'nginx').comm).toBe('nginx')
  })

  test('is found by a start that only the kernel knows to the nanosecond', () => {
    shop()
    const seen = source.of(7, 0, 'python3')
    expect(seen.start).toBe(START)
    const exact = source.of(7, START + 7_654_321, 'python3')
    expect(exact).toEqual({ ...seen, start: START + 7_654_321 })
    expect(source.of(7, START + 7_654_321, 'python3')).toBe(exact)
  })

  test('is found on a host that has slept', () => {
    const slept = new ProcSource({ files: new ProcFiles(proc.root), suspended: 4e9 })
    shop()
    expect(slept.of(7, START - 3e9, 'x').serviceName).toBe('shop')
    expect(slept.of(7, START - 5e9, 'x').serviceName).toBe('x')
  })

  test('keeps what can be read when the rest cannot', () => {
    proc.start(7, { cmdline: 'python3\0shop.py\0' })
    const some = source.of(7, START, 'x')
    expect(some).toMatchObject({
      executable: '',
      serviceName: 'shop',
      language: 'python',
      user: 'ann',
    })
  })

  test('has a comm with blanks and parentheses', () => {
    proc.start(7, { comm: 'a) S 1 (b' })
    expect(source.of(7, START, 'x').comm).toBe('a) S 1 (b')
  })

  test('survives files full of garbage', () => {
    proc.start(7, {
      cmdline: '\0\0\xff',
      environ: '=\0==\0a',
      cgroup: '::\n/',
      maps: 'x /',
      stat: 'no',
    })
    expect(source.of(7, START, 'x').serviceName).toBe('x')
    proc.start(8, { cmdline: '\0\0\xff', environ: '=\0==\0a', cgroup: '::\n/', maps: 'x /' })
    expect(source.of(8, START, 'x').comm).toBe('python3')
  })

  test('cannot make its name long or slow to find', () => {
    const hostile = [
      `java\0-jar\0-${'1.'.repeat(16_000)}!.jar`,
      `gunicorn: ${'['.repeat(30_000)}`,
      `puma: ${'[x'.repeat(15_000)}`,
      `python3\0${'a.'.repeat(15_000)}:app`,
    ]
    hostile.forEach((cmdline, i) => {
      const environ = `HOSTNAME=${'-1'.repeat(60_000)}x\0OTEL_RESOURCE_ATTRIBUTES=${'a=b,'.repeat(30_000)}`
      proc.start(30 + i, { cmdline, environ, cgroup: `0::/docker/${ID}\n` })
      proc.link(30 + i, 'exe', ['/bin/java', '/bin/python3', '/bin/ruby', '/bin/python3'][i] ?? '')
      const before = process.cpuUsage().user
      const found = source.of(30 + i, START, 'x')
      expect(process.cpuUsage().user - before).toBeLessThan(500_000)
      expect(found.serviceName.length).toBeLessThanOrEqual(255)
      expect(found.attributes.length).toBeLessThanOrEqual(64)
    })
  })

  test('is not stopped by a FIFO where a file should be', () => {
    proc.start(7, { cmdline: 'node\0server.js\0' })
    proc.link(7, 'exe', '/usr/bin/node')
    proc.link(7, 'cwd', '/srv/cart')
    mkdirSync(join(proc.root, '7/root/srv/cart'), { recursive: true })
    execFileSync('mkfifo', [join(proc.root, '7/root/srv/cart/package.json')])
    expect(source.of(7, START, 'node').serviceName).toBe('cart')
  })
})

describe('runtime', () => {
  const runtime = (name: string, tgid = 7) => {
    proc.start(tgid, { comm: name })
    proc.link(tgid, 'exe', name)
  }

  test('of Java is told by the release file of its home', () => {
    runtime('/opt/jdk/bin/java')
    proc.write(7, 'root/opt/jdk/release', 'IMPLEMENTOR="x"\nJAVA_VERSION="21.0.2"\n')
    expect(source.of(7, START, 'java')).toMatchObject({
      language: 'java',
      runtimeVersion: '21.0.2',
      threadServes: 'one',
    })
  })

  test('of a JVM has many activities to a thread once virtual threads run', () => {
    runtime('/opt/jdk/bin/java')
    const before = source.of(7, START, 'java')
    expect(source.recheck(before)).toBe(before)
    proc.thread(7, 8, 'VirtualThread-u')
    const after = source.recheck(before)
    expect(after).toEqual({ ...before, threadServes: 'many' })
    expect(source.of(7, START, 'java')).toBe(after)
    expect(source.recheck(before)).toBe(before)
  })

  for (const thread of ['VirtualThread-u', 'Read-Poller', 'MasterPoller']) {
    test(`of a JVM with a thread ${thread} has many activities to a thread`, () => {
      runtime('/opt/jdk/bin/java')
      proc.thread(7, 8, thread)
      expect(source.of(7, START, 'java').threadServes).toBe('many')
    })
  }

  test('of a program that loads a runtime is found in its libraries', () => {
    const mapped = (path: string) =>
      `7f00-7f10 r--p 0 08:01 1 ${path}\n7f10-7f20 r-xp 0 08:01 1 ${path}\n`
    const expected: [library: string, language: string, version: string][] = [
      ['/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0', 'python', 'CPython 3.11'],
      ['/opt/pypy/bin/libpypy3.10-c.so', 'python', 'PyPy 3.10'],
      ['/usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/libcoreclr.so', 'dotnet', '8.0.1'],
      ['/usr/lib/libruby-3.1.so.3.1.2', 'ruby', '3.1'],
      ['/usr/lib/libruby.so.3.2', 'ruby', '3.2'],
      ['/usr/lib/apache2/modules/libphp8.2.so', 'php', '8.2'],
      ['/usr/lib/libnode.so.109', 'nodejs', ''],
      ['/usr/lib/libstdc++.so.6', 'cpp', ''],
      ['/usr/lib/libc.so.6', 'unknown', ''],
    ]
    expected.forEach(([library, language, version], i) => {
      proc.start(20 + i, { maps: mapped(library) })
      proc.link(20 + i, 'exe', `/usr/bin/program-${i}`)
      expect(source.of(20 + i, START, 'x')).toMatchObject({ language, runtimeVersion: version })
    })
  })

  test('that was not mapped yet is found when looked at again', () => {
    proc.start(7, { maps: '' })
    proc.link(7, 'exe', '/usr/bin/uwsgi')
    const early = source.of(7, START, 'uwsgi')
    expect(source.recheck(early)).toBe(early)
    proc.write(7, 'maps', '7f10-7f20 r-xp 0 08:01 1 /usr/lib/libpython3.11.so.1.0\n')
    expect(source.recheck(early)).toMatchObject({ language: 'python', start: early.start })
  })

  test('of Ruby with a fiber scheduler has many activities to a thread', () => {
    proc.start(7, { maps: '7f10-7f20 r-xp 0 08:01 1 /gems/io-event-1.4/lib/IO_Event.so\n' })
    proc.link(7, 'exe', '/usr/bin/ruby3.1')
    expect(source.of(7, START, 'ruby').threadServes).toBe('many')
  })

  test('of a native program on Tokio has work that moves between threads', () => {
    runtime('/usr/bin/rates')
    proc.thread(7, 8, 'tokio-runtime-w')
    expect(source.of(7, START, 'rates').threadServes).toBe('segments')
  })

  test('of Erlang and .NET is told by the executable', () => {
    runtime('/usr/lib/erlang/erts-13.1.5/bin/beam.smp', 7)
    runtime('/usr/share/dotnet/dotnet', 8)
    expect(source.of(7, START, 'x')).toMatchObject({
      language: 'erlang',
      runtimeVersion: '13.1.5',
      threadServes: 'many',
    })
    expect(source.of(8, START, 'x')).toMatchObject({ language: 'dotnet', threadServes: 'many' })
  })
})

describe('container', () => {
  let host: string
  beforeEach(() => {
    host = mkdtempSync(join(tmpdir(), 'host-'))
    const containers = new ContainerNames(host)
    source = new ProcSource({ files: new ProcFiles(proc.root), host: 'node-1', containers })
  })
  afterEach(() => rmSync(host, { recursive: true, force: true }))

  const describeContainer = (path: string, json: unknown) => {
    mkdirSync(join(host, path, '..'), { recursive: true })
    writeFileSync(join(host, path), JSON.stringify(json))
  }
  const inContainer = (cgroup: string, environment = '') => {
    shop(7, { cgroup: `0::${cgroup}\n`, environ: environment })
    return source.of(7, START, 'python3')
  }
  const pod = '/kubepods/pod7b3f6d9c-1c2d-4e5f-8a9b-0c1d2e3f4a5b'

  test('of a compose project is called by its service, in the namespace of the project', () => {
    describeContainer(`/var/lib/docker/containers/${ID}/config.v2.json`, {
      Name: '/till-cart-1',
      Config: {
        Labels: { 'com.docker.compose.service': 'cart', 'com.docker.compose.project': 'till' },
      },
    })
    expect(inContainer(`/system.slice/docker-${ID}.scope`)).toMatchObject({
      serviceName: 'cart',
      serviceNameFrom: 'container',
      serviceNamespace: 'till',
      containerId: ID,
    })
  })

  test('started by hand is called by its name', () => {
    describeContainer(`/var/lib/docker/containers/${ID}/config.v2.json`, { Name: '/cart' })
    expect(inContainer(`/docker/${ID}`).serviceName).toBe('cart')
  })

  test('of podman is called by its name', () => {
    describeContainer('/var/lib/containers/storage/overlay-containers/containers.json', [
      { id: 'x', names: ['other'] },
      { id: ID, names: ['cart'] },
    ])
    expect(inContainer(`/machine.slice/libpod-${ID}.scope`).serviceName).toBe('cart')
  })

  test('of a pod is called by its name in the pod', () => {
    describeContainer(`/run/containerd/io.containerd.runtime.v2.task/k8s.io/${ID}/config.json`, {
      annotations: {
        'io.kubernetes.cri.container-name': 'cart',
        'io.kubernetes.cri.sandbox-namespace': 'till',
      },
    })
    expect(inContainer(`${pod}/${ID}`)).toMatchObject({
      serviceName: 'cart',
      serviceNamespace: 'till',
      podUid: '7b3f6d9c-1c2d-4e5f-8a9b-0c1d2e3f4a5b',
    })
  })

  const WORKLOADS: [host: string, name: string][] = [
    ['cart-7d9c6b5f4-x2x9z', 'cart'],
    ['shop-cart-5c689d88bb-4xqvc', 'shop-cart'],
    ['agent-x8k2p', 'agent'],
    ['db-0', 'db'],
    ['cart', 'cart'],
  ]
  for (const [name, workload] of WORKLOADS) {
    test(`in pod ${name} that nobody describes is called ${workload}`, () => {
      expect(inContainer(`${pod}/${ID}`, `HOSTNAME=${name}\0`)).toMatchObject({
        serviceName: workload,
        serviceNameFrom: 'container',
      })
    })
  }

  test('whose host name is its id, or that of the host, is called by its script', () => {
    expect(inContainer(`/docker/${ID}`, `HOSTNAME=${ID.slice(0, 12)}\0`).serviceName).toBe('shop')
    source.forget(7)
    proc.end(7)
    expect(inContainer(`/docker/${ID}`, 'HOSTNAME=node-1\0').serviceName).toBe('shop')
  })

  test('is found in the mounts when the path says nothing', () => {
    proc.start(7, {
      cgroup: '0::/\n',
      mountinfo: `7 6 8:1 /var/lib/docker/containers/${ID}/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n`,
    })
    expect(source.of(7, START, 'x').containerId).toBe(ID)
  })

  test('ignores a description that is broken or of another shape', () => {
    for (const content of ['{', '[]', 'null', '{"Name":3,"Config":[1]}']) {
      const path = `/var/lib/docker/containers/${ID}/config.v2.json`
      describeContainer(path, {})
      writeFileSync(join(host, path), content)
      expect(new ContainerNames(host).nameOf(ID).name).toBe('')
    }
  })
})
