import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GuestKernel } from '../support/guest/image.ts'
import { fetchKernel, guestSuite } from '../support/guest/kernel.mjs'
import { type Played, playHere, playInGuest, type Scene } from '../support/guest/scene.ts'
import { Stage } from '../support/system/apps.ts'
import { freePorts } from '../support/system/program.ts'
import type { SeenSpan } from '../support/system/spans.ts'
import { judge, pathOf, sketch, type Verdict } from '../support/system/truth.ts'

const REQUESTS = 60
const AT_A_TIME = 6
const LOOPS = ['epoll', 'poll', 'select']
const SPANS = 5 // of one request: the front's, two calls, two answers to them
const SECRETS = 20
const PYTHON = '/usr/bin/python3'

const stage = new Stage()
afterAll(() => stage.stop())

const callee = (port: number) => ({
  command: [PYTHON, '-u', 'test/apps/python_plain.py', `${port}`],
  port,
})
const threads = (port: number, down: number) => ({
  command: [PYTHON, '-u', 'test/apps/python_plain.py', `${port}`, `${down}`],
  port,
})
const loop = (port: number, down: number, wait: string) => ({
  command: [PYTHON, '-u', 'test/apps/python_streams.py', `${port}`, `${down}`, wait],
  port,
})
const load = (port: number, tag: string, count = REQUESTS) => [
  ...['node', 'test/apps/load.mjs', `http://127.0.0.1:${port}`, `${count}`, `${AT_A_TIME}`],
  ...['--tag', tag],
]

/** Routes are given: those learned depend on the order in which requests come. */
const agent = (...flags: string[]) => [
  ...['run', '--output', 'json', '--instance', `guest-${process.pid}`],
  ...['--exclude-command', '*/test/apps/load.mjs *', '--cpu-limit', 'none'],
  ...['--route', '/front/:tag,/call/:tag/:number', ...flags],
]

const SCENE = { servers: [], loads: [], spans: 0, cpus: [] }
const [DOWN, FRONT] = [21_000, 21_001]
const LOOP_PORTS = [21_002, 21_003, 21_004]

/** One agent sees all of it: to start it takes longest, as its programs are verified by an emulated CPU. */
const TRAFFIC: Scene = {
  ...SCENE,
  name: 'traffic',
  servers: [
    callee(DOWN),
    threads(FRONT, DOWN),
    ...LOOPS.map((wait, i) => loop(LOOP_PORTS[i]!, DOWN, wait)),
  ],
  agent: agent(),
  loads: [
    load(FRONT, 'threads'),
    ...LOOPS.map((wait, i) => load(LOOP_PORTS[i]!, wait)),
    [PYTHON, 'test/apps/kernel_tls.py', `${SECRETS}`],
  ],
  spans: (1 + LOOPS.length) * REQUESTS * SPANS,
}

const CPUS = 8
const CPU_SCENE: Scene = {
  ...SCENE,
  name: 'CPUs that come and go',
  servers: [callee(DOWN), threads(FRONT, DOWN)],
  agent: agent('--hooks', 'syscall'),
  loads: [load(FRONT, 'during')],
  spans: REQUESTS * SPANS,
  cpus: [3, 5],
}

function inGuest(played: ReadonlyMap<string, Played>, name: string): Played {
  const found = played.get(name)
  if (found === undefined) throw new Error(`${name} was not played`)
  return found
}

/** Spans of the requests with this tag alone. */
function tagged({ spans }: Played, tag: string): SeenSpan[] {
  return spans.filter((span) => pathOf(span).split('/')[2]?.startsWith(tag))
}

function verdictOf(played: Played, index: number, tag: string): Verdict {
  return judge(played.load(index), tagged(played, tag))
}

const WHOLE = {
  whole: REQUESTS,
  right: 2 * REQUESTS,
  wrong: [],
  missing: [],
  duplicate: [],
  unexplained: [],
  reasons: { front: { entry: REQUESTS }, call: {}, callee: {} },
}

describe('another kernel', () => {
  const kernel: GuestKernel = fetchKernel(guestSuite(), () => {})
  const [major = 0, minor = 0] = kernel.release.split('.').map(Number)
  const hasSocketHooks = major > 6 || (major === 6 && minor >= 3)
  let traffic: Played
  let check: Played

  beforeAll(async () => {
    const scenes = [{ ...SCENE, name: 'check', agent: ['check'] }, TRAFFIC]
    const played = await playInGuest(stage, kernel, 2, scenes)
    check = inGuest(played, 'check')
    traffic = inGuest(played, TRAFFIC.name)
  })

  test('is said by `check` to do, with hooks on calls where it has none on sockets', () => {
    expect(check.release).toBe(kernel.release)
    const said = check.agent.stdout.replaceAll(/ *\(.*\)/g, '').replaceAll(/\s+/g, ' ')
    expect(said).toContain('Verdict: underspan runs here.')
    expect(said).toContain(`socket tracepoints ${hasSocketHooks ? 'taken' : 'refused'}`)
    expect(said).toContain(`system-call tracepoints ${hasSocketHooks ? 'would' : 'taken'}`)
  })

  test('is traced through the hooks that it has, and nothing is lost', () => {
    expect(traffic.agent.outcome, traffic.agent.stderr).toBe(0)
    expect(traffic.agent.stderr).toContain(`${hasSocketHooks ? 'socket' : 'syscall'} hooks`)
    expect(traffic.counts['underspan.lost'] ?? {}).toEqual({})
  })

  test('gives each call of threads to the request that made it', () => {
    expect(verdictOf(traffic, 0, 'threads')).toEqual(WHOLE)
  })

  test('gives no call of a loop a wrong parent, whatever the loop waits with', () => {
    LOOPS.forEach((wait, i) => {
      const { reasons, right, whole: _, ...faults } = verdictOf(traffic, 1 + i, wait)
      expect(faults).toEqual({ wrong: [], missing: [], duplicate: [], unexplained: [] })
      // In a guest without hardware help the loop is slow: a call may leave where an answer just left.
      const { call } = reasons
      const unparented = ['model-contradicted', 'unconfirmed', 'already-answered']
      expect(unparented).toEqual(expect.arrayContaining(Object.keys(call)))
      const withReason = Object.values(call).reduce((sum, calls) => sum + calls, 0)
      expect(right + withReason).toBe(2 * REQUESTS)
    })
  })

  test('shows nothing of what it encrypts itself, and counts it', () => {
    expect(traffic.loads.at(-1)).toMatchObject({ stdout: `${2 * SECRETS}\n` })
    expect(traffic.spans.filter((span) => pathOf(span).startsWith('/secret'))).toEqual([])
    expect(traffic.counts['underspan.uncaptured']?.protocol).toBe(4 * SECRETS)
  })

  test('gives the spans that this one gives for the same traffic', async () => {
    const [front, down] = await freePorts(2)
    const scene: Scene = {
      ...SCENE,
      name: 'here',
      servers: [callee(down!), threads(front!, down!)],
      agent: agent('--port', `${front},${down}`),
      loads: [load(front!, 'threads')],
      spans: REQUESTS * SPANS,
    }
    const here = inGuest(await playHere(stage, [scene]), 'here')
    expect(verdictOf(here, 0, 'threads')).toEqual(WHOLE)
    expect(likeness(tagged(traffic, 'threads'))).toEqual(likeness(here.spans))
  })
})

/** Of the resource the service alone: two hosts have two names. */
function likeness(spans: readonly SeenSpan[]): string[] {
  return sketch(
    spans.map((span) => ({
      ...span,
      resource: { 'service.name': span.resource['service.name'] },
    })),
  )
}

describe('CPUs that go and come back', () => {
  let scene: Played

  beforeAll(async () => {
    const kernel: GuestKernel = fetchKernel(guestSuite(), () => {})
    scene = inGuest(await playInGuest(stage, kernel, CPUS, [CPU_SCENE]), CPU_SCENE.name)
  })

  test('do not end the agent, and leave no request unaccounted for', () => {
    expect(scene.agent.outcome).toBe(0)
    expect(scene.agent.stderr).toContain('syscall hooks')
    expect(scene.switched).toBeGreaterThan(0)
    const { wrong, missing, duplicate, unexplained } = verdictOf(scene, 0, 'during')
    expect({ wrong, duplicate, unexplained }).toEqual({ wrong: [], duplicate: [], unexplained: [] })
    const lost = Object.values(scene.counts['underspan.lost'] ?? {}).reduce((sum, n) => sum + n, 0)
    expect(missing.length, scene.agent.stderr).toBeLessThanOrEqual(lost)
  })
})
