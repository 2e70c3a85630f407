import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { parseMappedFiles } from '../../src/processes/mapped-files.ts'
import { ProcFiles } from '../../src/processes/proc-files.ts'
import { PythonIdentities } from '../../src/processes/python-identity.ts'
import { startAgent } from '../support/system/agent.ts'
import { FRONTS, Stage, startCallee } from '../support/system/apps.ts'
import { load } from '../support/system/load.ts'
import { eventually, finish, freePorts } from '../support/system/program.ts'

const LENGTH = 16
const TRAP = 0xcc

const stage = new Stage()
afterEach(() => stage.stop())

/** What stands in the process's memory where these places of the file are mapped to be run. */
function codeAt(pid: number, mapped: string, offsets: readonly number[]): string[] {
  const range = mapped.slice(mapped.lastIndexOf('/') + 1)
  const parts = parseMappedFiles(readFileSync(`/proc/${pid}/maps`, 'utf8'))
  const file = parts.find(({ start, end }) => range === `${start.toString(16)}-${end.toString(16)}`)
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    return offsets.map((at) => {
      const part = parts.find(
        ({ path, offset, start, end }) =>
          path === file?.path && offset <= at && at < offset + end - start,
      )!
      const bytes = Buffer.alloc(LENGTH)
      readSync(memory, bytes, 0, LENGTH, part.start + at - part.offset)
      return bytes.toString('hex')
    })
  } finally {
    closeSync(memory)
  }
}

/** Processes that have functions of this one hooked: agents, perhaps others than ours. */
async function hooking(pid: number): Promise<number[]> {
  const list = JSON.parse(await finish(['bpftool', '-j', 'perf', 'list'])) as Hooked[]
  return list.filter(({ filename }) => filename?.startsWith(`/proc/${pid}/`)).map(({ pid }) => pid)
}

interface Hooked {
  readonly pid: number
  readonly filename?: string
}

test('an agent killed while functions of Python are hooked leaves the process as it was', async () => {
  const down = await startCallee(stage)
  const [port] = await freePorts(1)
  const { pid } = await FRONTS['Python asyncio'](stage, port!, down)
  const ask = () => load(`http://127.0.0.1:${port}`, 50, 8)
  await ask()
  const found = new PythonIdentities(new ProcFiles()).of(pid)
  if (typeof found !== 'object') throw new Error(`no identity: ${found}`)
  const { path, copyCurrent, dealloc } = found.functions!
  const code = () => codeAt(pid, path, [copyCurrent, dealloc])
  const before = code()

  const agent = await startAgent(stage, { ports: [port!, down], output: 'none' })
  await ask()
  const isHooked = () => code().every((bytes) => bytes.startsWith(TRAP.toString(16)))
  const hooks = async () => (await hooking(pid)).filter((one) => one === agent.program.pid).length
  await eventually(async () => isHooked() && (await hooks()) === 2, 10_000, 50)
  expect(await hooks()).toBe(2)
  expect(await agent.program.stop('SIGKILL')).toBe('SIGKILL')

  const isLeftAlone = async () =>
    (await hooking(pid)).length > 0 ? (await hooks()) === 0 : code().join() === before.join()
  await eventually(isLeftAlone, 10_000, 50)
  expect(await hooks()).toBe(0)
  if ((await hooking(pid)).length === 0) expect(code()).toEqual(before)
  expect((await ask()).failed).toBe(0)
})
