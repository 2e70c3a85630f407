// What the hooks add to a system call. Root: `npm run build && node bench/kernel-cost.mjs [rounds] [families]`
// Rounds with and without the hooks take turns, so that both meet the same machine. `best`: the least disturbed round of
// each kind against the other, which is judged; `median` of the pairs' differences beside it, which shows how quiet it was.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Kernel } from '../dist/loader/kernel.js'
import { LostReason, Mute } from '../dist/loader/layout.js'

const rounds = Number(process.argv[2] ?? 15)
/** What one round differs from the next, at its quietest, ns. */
const NOISE_NS = 3
const CALLS = ['TCP write/read', 'Unix write/read', 'write to /dev/null', 'getppid']
/** Budgets of the first and last column, ns. */
const BUDGETS = {
  socket: [600, 0],
  'socket, loop hooks': [600, 60],
  'socket, identity read': [900, 0],
  'socket, shed': [150, 0],
  'socket, left out': [150, 0],
  'socket, async ids read': [900, 0],
  syscall: [1500, 60],
  'syscall, loop hooks': [1500, 60],
  'syscall, identity read': [1800, 60],
  'syscall, async ids read': [1800, 60],
}
const wanted = (process.argv[3] ?? 'socket,syscall').split(',')

const folder = mkdtempSync(join(tmpdir(), 'underspan-cost-'))
const load = join(folder, 'kernel-cost')
execFileSync('cc', ['-O2', new URL('kernel-cost.c', import.meta.url).pathname, '-o', load])
let mounted = false
if (wanted.includes('syscall') && !existsSync('/sys/kernel/tracing/events')) {
  execFileSync('mount', ['-t', 'tracefs', 'tracefs', '/sys/kernel/tracing'])
  mounted = true
}

/** One line in, one line of figures out. */
function startLoad() {
  const child = spawn(load, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async round() {
      child.stdin.write('go\n')
      return (await lines.next()).value.split(' ').map(Number)
    },
    pid: child.pid,
    async places() {
      child.stdin.write('where\n')
      const numbers = (await lines.next()).value.split(' ').map(Number)
      const [slot, context, contextType, asyncIds, polled] = numbers
      return { python: { slot, context, contextType }, node: { asyncIds, polled } }
    },
    stop: () => child.stdin.end(),
  }
}

function openKernel(hooks) {
  const kernel = new Kernel({
    object: readFileSync(new URL('../bpf/underspan.bpf.o', import.meta.url)),
    hooks,
    libbpf: '',
    btf: '',
    agentStart: Number(process.hrtime.bigint()),
    payloadLimit: 4096,
  })
  const rings = kernel
    .onlineCpus()
    .map((cpu) => new BigUint64Array(kernel.rings.open(cpu).mapping, 1024, 2))
  const emptying = setInterval(() => {
    for (const positions of rings) Atomics.store(positions, 1, Atomics.load(positions, 0))
  }, 5)
  const close = () => {
    clearInterval(emptying)
    return kernel.close()
  }
  return { kernel, close }
}

/** The sockets that this kernel side will meet are shed from their first byte on. */
function shedAll(kernel) {
  for (const cpu of kernel.onlineCpus())
    for (let count = 2; count <= 4096; count += 2)
      kernel.verdicts.set(cpu * 2 ** 40 + count, {
        limit: 0,
        mute: Mute.shed,
        skipEgress: 0,
        skipIngress: 0,
      })
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]
}

async function measure(name, family, { loops, identity, shed, leftOut }) {
  const pairs = []
  const child = startLoad()
  await child.round()
  const places = await child.places()
  for (let i = 0; i < rounds; i++) {
    const without = await child.round()
    const opened = openKernel(family)
    opened.kernel.attach()
    if (shed) shedAll(opened.kernel)
    if (leftOut) opened.kernel.ignored.add(child.pid)
    if (loops) opened.kernel.attachLoopHooks()
    if (identity) opened.kernel.activities[identity](child.pid, places[identity])
    const hooked = await child.round()
    const { lost } = opened.kernel.stats.read()
    const missed = lost
      .slice(0, LostReason.shed)
      .flat()
      .reduce((sum, count) => sum + count)
    if (missed > 0) process.stderr.write(`${name}: ${missed} events lost in a round\n`)
    await opened.close()
    pairs.push({ without, hooked })
  }
  child.stop()
  const columns = CALLS.map((call, i) => ({
    call,
    base: Math.min(...pairs.map(({ without }) => without[i])),
    best:
      Math.min(...pairs.map(({ hooked }) => hooked[i])) -
      Math.min(...pairs.map(({ without }) => without[i])),
    middle: median(pairs.map(({ without, hooked }) => hooked[i] - without[i])),
  }))
  const [socketBudget, otherBudget] = BUDGETS[name]
  console.log(name)
  for (const { call, base, best, middle } of columns) {
    const budget = call === CALLS[0] ? socketBudget : call === CALLS[3] ? otherBudget : undefined
    const verdict =
      budget === undefined
        ? ''
        : `  budget ${budget}: ${best <= budget + NOISE_NS ? 'kept' : 'EXCEEDED'}`
    console.log(
      `  ${call.padEnd(20)} ${base.toFixed(0).padStart(6)} ns, best ${best.toFixed(0).padStart(5)} more, ` +
        `median ${middle.toFixed(0).padStart(5)}${verdict}`,
    )
  }
}

try {
  for (const family of wanted) {
    await measure(family, family, {})
    await measure(`${family}, loop hooks`, family, { loops: true })
    await measure(`${family}, identity read`, family, { identity: 'python' })
    await measure(`${family}, async ids read`, family, { identity: 'node' })
    if (family === 'syscall') continue
    await measure(`${family}, shed`, family, { shed: true })
    await measure(`${family}, left out`, family, { leftOut: true })
  }
} finally {
  rmSync(folder, { recursive: true })
  if (mounted) execFileSync('umount', ['/sys/kernel/tracing'])
}
