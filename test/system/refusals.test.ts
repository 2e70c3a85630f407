import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { agentCommand, startAgent, WITHOUT_SETTINGS } from '../support/system/agent.ts'
import { python, Stage } from '../support/system/apps.ts'
import { load } from '../support/system/load.ts'
import { freePorts, Program } from '../support/system/program.ts'

const ROOT = join(import.meta.dirname, '../..')
const MAIN = join(ROOT, 'dist/cli/main.js')
const OBJECT = join(ROOT, 'bpf/underspan.bpf.o')
const NOBODY = '65534'
/** Hides what lies at a path from the agent alone. */
const hiding = (path: string) => inMounts(`mount -t tmpfs tmpfs ${path}`)
/** Puts another file in the place of one, for the agent alone. */
const replacing = (path: string, by: string) => inMounts(`mount --bind ${by} ${path}`)

function inMounts(command: string): string[] {
  return ['unshare', '--mount', 'sh', '-ec', `${command}; exec "$@"`, 'sh']
}

const stage = new Stage()
afterAll(() => stage.stop())

/** Says what it found, why it matters and what to do, in words without a stack, and ends with 2. */
async function expectRefusal(command: readonly string[], what: RegExp): Promise<void> {
  const program = new Program(command, { env: WITHOUT_SETTINGS })
  const timer = setTimeout(() => program.kill('SIGKILL'), 20_000)
  const outcome = await program.ended
  clearTimeout(timer)
  expect(outcome, program.describe()).toBe(2)
  expect(program.stderr).toMatch(what)
  expect(program.stderr).toMatch(/^Why it matters: .+\.$/m)
  expect(program.stderr).toMatch(/^What to do: .+/m)
  expect(program.stderr).not.toMatch(/^\s+at /m)
  expect(program.stdout).toBe('')
}

describe.concurrent('the agent refuses, and says why and what to do,', () => {
  test('another user than root', () =>
    expectRefusal(
      agentCommand({
        inside: [
          ...['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'],
          // Reads the checkout, wherever it lies.
          ...['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'],
        ],
      }),
      /root|privileged|permitted/i,
    ))

  test('root without the right to load eBPF', () =>
    expectRefusal(
      agentCommand({ inside: ['setpriv', '--bounding-set=-bpf,-sys_admin,-perfmon'] }),
      /CAP_BPF|permitted|privilege/i,
    ))

  test('a kernel without types', () =>
    expectRefusal(agentCommand({ inside: hiding('/sys/kernel/btf') }), /\/sys\/kernel\/btf/))

  test('a file of types that holds none', () =>
    expectRefusal(agentCommand({ flags: ['--btf', join(ROOT, 'package.json')] }), /package\.json/))

  test('a host without /proc', () =>
    expectRefusal(agentCommand({ inside: hiding('/proc') }), /\/proc/))

  test('system-call hooks without tracefs', () =>
    expectRefusal(
      agentCommand({
        hooks: 'syscall',
        inside: inMounts(
          'for at in /sys/kernel/tracing /sys/kernel/debug; do mount -t tmpfs tmpfs $at; done',
        ),
      }),
      /tracefs/,
    ))

  test('a library that is no libbpf', () =>
    expectRefusal(agentCommand({ flags: ['--libbpf', OBJECT] }), /underspan\.bpf\.o/))

  test('an eBPF object that is none', () =>
    expectRefusal(
      agentCommand({ inside: replacing(OBJECT, join(ROOT, 'package.json')) }),
      /eBPF object/,
    ))

  test('an eBPF object of another version', () => {
    const layout = readFileSync(join(ROOT, 'src/loader/layout.ts'), 'utf8')
    const hash = BigInt(/WIRE_HASH = (\d+)/.exec(layout)![1]!)
    const stored = Buffer.alloc(8)
    stored.writeBigUInt64LE(hash)
    const object = readFileSync(OBJECT)
    const at = object.indexOf(stored)
    expect(at).toBeGreaterThan(0)
    object.writeBigUInt64LE(hash + 1n, at)
    const other = join(stage.folder(), 'other.bpf.o')
    writeFileSync(other, object)
    return expectRefusal(agentCommand({ inside: replacing(OBJECT, other) }), /version|wire/i)
  })

  test('a setting that it does not know', () =>
    expectRefusal(agentCommand({ flags: ['--prot', '80'] }), /--prot.*--port/s))

  test('a setting with a value that cannot be', () =>
    expectRefusal(agentCommand({ flags: ['--port', '70000'] }), /70000/))

  test('a settings file that cannot be read', () =>
    expectRefusal(agentCommand({ flags: ['--config', '/nowhere/underspan.yaml'] }), /\/nowhere/))

  test('a second agent of the same name', async () => {
    const agent = await startAgent(stage, { flags: ['--instance', 'the-only-one'] })
    await expectRefusal(agentCommand({ flags: ['--instance', 'the-only-one'] }), /the-only-one/)
    await agent.stop()
  })

  test('a port for probes that another agent answers on', async () => {
    const [port] = await freePorts(1)
    const flags = ['--health', String(port)]
    const agent = await startAgent(stage, { flags })
    const ready = await fetch(`http://127.0.0.1:${port}/ready`)
    expect([ready.status, await ready.text()]).toEqual([
      200,
      expect.stringMatching(/^ready: \d+ hooks are attached\n$/),
    ])
    await expectRefusal(agentCommand({ flags }), new RegExp(`127\\.0\\.0\\.1:${port}`))
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200)
    await agent.stop()
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow()
  })

  test('a recording that is none', () =>
    expectRefusal([process.execPath, MAIN, 'replay', join(ROOT, 'package.json')], /package\.json/))

  test('a place for a recording that cannot be written', () =>
    expectRefusal([process.execPath, MAIN, 'record', '/nowhere/x.underspan'], /\/nowhere/))
})

test('a disk that fills up ends the recording, not the agent: it says so, and what is there is whole', async () => {
  const [port] = await freePorts(1)
  await stage.server(python('python_plain.py', port!), port!)
  const folder = stage.folder()
  const file = join(folder, 'full.underspan')
  const copy = join(stage.folder(), 'kept.underspan')
  // What fits is copied out before the mount goes with the shell.
  const script = `mount -t tmpfs -o size=64k tmpfs ${folder}
    trap 'kill -TERM $agent' TERM
    "$@" & agent=$!
    wait $agent; wait $agent; status=$?; cp ${file} ${copy}; exit $status`
  const flags = ['--port', String(port), '--instance', `full-${process.pid}`, '--output', 'none']
  const recorder = stage.program(
    [
      'unshare',
      '--mount',
      'bash',
      '-c',
      script,
      'bash',
      process.execPath,
      MAIN,
      'record',
      file,
    ].concat(flags),
    { env: WITHOUT_SETTINGS },
  )
  await recorder.until(() => /ready/.test(recorder.stderr), 'word of readiness')
  await load(`http://127.0.0.1:${port}`, 2000, 4)
  await recorder.until(() => /no space is left on the disk/.test(recorder.stderr), 'word of it')
  expect(recorder.stderr).toContain(file)
  expect(recorder.outcome).toBeUndefined()
  expect(await recorder.stop(), recorder.describe()).toBe(0)

  const replay = new Program([process.execPath, MAIN, 'replay', copy, '--output', 'json'])
  expect(await replay.ended, replay.describe()).toBe(0)
  expect(replay.stdout.split('\n').length).toBeGreaterThan(50)
})
