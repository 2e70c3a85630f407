import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { SystemClock } from '../../src/base/system-clock.ts'
import { holdsLoop } from '../../src/processes/loops.ts'
import { ProcFiles } from '../../src/processes/proc-files.ts'
import { ProcSource } from '../../src/processes/proc-source.ts'
import type { Process } from '../../src/processes/process.ts'
import { runningProcesses } from '../../src/processes/scan.ts'
import { unixSocketInodes } from '../../src/processes/unix-inodes.ts'
import { goProgram } from '../support/go-program.ts'

const files = new ProcFiles()
const python = spawnSync('python3', ['-c', 'print(1)']).status === 0
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Starts a program that waits, and describes it once it does. */
async function started(command: string, args: string[], ready?: string): Promise<Process> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  children.push(child)
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    if (ready === undefined) child.once('spawn', resolve)
    else child.stdout?.once('data', () => resolve())
  })
  return new ProcSource().of(child.pid ?? 0, 0, '')
}

describe('a running process', () => {
  test('is this very Node', () => {
    const own = new ProcSource().of(process.pid, 0, '')
    expect(own).toMatchObject({
      language: 'nodejs',
      runtimeVersion: process.version,
      executable: process.execPath,
      parent: process.ppid,
      threadServes: 'one',
    })
    expect(own.command.length).toBeGreaterThan(0)
  })

  test('is found by its start on the clock of the kernel side', () => {
    const clock = new SystemClock()
    const suspended = clock.suspended()
    const own = new ProcSource({ suspended }).of(process.pid, 0, '')
    const upFor = Number(clock.origin) - own.start
    expect(Math.abs(upFor / 1e9 - process.uptime())).toBeLessThan(1)
    expect(new ProcSource({ suspended }).of(process.pid, own.start - 60e9, 'x').executable).toBe('')
  })

  test.skipIf(!python)('is Python, called by its script', async () => {
    const script = 'import sys,time; print(1, flush=True); time.sleep(60)'
    const described = await started('python3', ['-c', script], '1')
    expect(described).toMatchObject({ language: 'python', serviceNameFrom: 'executable' })
    expect(described.runtimeVersion).toMatch(/^CPython 3\.\d+$/)
  })

  test.skipIf(goProgram() === undefined)('is Go, whose threads serve many activities', async () => {
    const described = await started(goProgram() as string, [])
    expect(described).toMatchObject({ language: 'go', threadServes: 'many' })
    expect(described.runtimeVersion).toMatch(/^go1\./)
  })

  test('is a shell of no known runtime', async () => {
    const described = await started('sh', ['-c', 'read x; exit'])
    expect(described).toMatchObject({ language: 'unknown', threadServes: 'one' })
    expect(holdsLoop(files, described.tgid)).toBe(false)
  })

  test('is listed among all that run, kernel threads left out', () => {
    const running = runningProcesses(files)
    expect(running).toContainEqual(expect.objectContaining({ tgid: process.pid }))
    expect(running.some((one) => one.comm.startsWith('kworker'))).toBe(false)
  })

  test('holds a loop when it is Node', () => {
    expect(holdsLoop(files, process.pid)).toBe(true)
  })

  test.skipIf(!python)(
    'holds a loop while it polls many descriptors, none for one or two',
    async () => {
      const poll = (count: number) =>
        `import os,select; p=select.poll(); [p.register(os.pipe()[0]) for _ in range(${count})]; print(1, flush=True); p.poll()`
      const many = await started('python3', ['-c', poll(3)], '1')
      const few = await started('python3', ['-c', poll(2)], '1')
      await expect.poll(() => holdsLoop(files, many.tgid)).toBe(true)
      expect(holdsLoop(files, few.tgid)).toBe(false)
    },
  )
})

describe('Unix sockets', () => {
  test('are listed by inode, those that come later too', async () => {
    const before = unixSocketInodes(files)
    const server = await listening(join(tmpdir(), `underspan-${process.pid}.sock`))
    const after = [...unixSocketInodes(files)].filter((inode) => !before.has(inode))
    const own = files.list(process.pid, 'fd').map((fd) => files.link(process.pid, `fd/${fd}`))
    server.close()
    expect(own.filter((link) => after.some((inode) => link === `socket:[${inode}]`))).not.toEqual(
      [],
    )
  })
})

function listening(path: string): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(path, () => resolve(server))
  })
}
