import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { holdsLoop } from '../../src/processes/loops.ts'
import { ProcFiles } from '../../src/processes/proc-files.ts'
import { unixSocketInodes } from '../../src/processes/unix-inodes.ts'
import { FakeProc } from '../support/fake-proc.ts'

let proc: FakeProc
let files: ProcFiles

beforeEach(() => {
  proc = new FakeProc()
  files = new ProcFiles(proc.root)
})
afterEach(() => proc.remove())

describe('loop descriptors', () => {
  for (const target of ['anon_inode:[eventpoll]', 'anon_inode:[io_uring]']) {
    test(`${target} is one`, () => {
      proc.link(7, 'fd/0', '/dev/null')
      proc.link(7, 'fd/4', target)
      expect(holdsLoop(files, 7, 'x64')).toBe(true)
    })
  }

  test('sockets, files and timers are none', () => {
    proc.link(7, 'fd/0', 'socket:[123]')
    proc.link(7, 'fd/1', 'anon_inode:[timerfd]')
    proc.link(7, 'fd/2', '/srv/[eventpoll]')
    expect(holdsLoop(files, 7, 'x64')).toBe(false)
  })
})

const WAITS: [arch: string, line: string, loop: boolean][] = [
  ['x64', '7 0x7ffd 0x3 0xffffffff 0x0 0x0 0x0 0x7ffd 0x7f00', true],
  ['x64', '7 0x7ffd 0x2 0xffffffff 0x0 0x0 0x0 0x7ffd 0x7f00', false],
  ['x64', '271 0x7ffd 0x10 0x0 0x0 0x8 0x0 0x7ffd 0x7f00', true],
  ['x64', '23 0x40 0x7ffd 0x0 0x0 0x0 0x0 0x7ffd 0x7f00', true],
  ['x64', '232 0x3 0x7ffd 0x400 0xffffffff 0x0 0x0 0x7ffd 0x7f00', true],
  ['x64', '202 0x7ffd 0x80 0x0 0x0 0x0 0x0 0x7ffd 0x7f00', false],
  ['x64', 'running', false],
  ['x64', '', false],
  ['arm64', '73 0x7ffd 0x3 0x0 0x0 0x0 0x0 0x7ffd 0x7f00', true],
  ['arm64', '22 0x3 0x7ffd 0x400 0xffffffff 0x0 0x0 0x7ffd 0x7f00', true],
  ['arm64', '7 0x3 0x7ffd 0x400 0x0 0x0 0x0 0x7ffd 0x7f00', false],
  ['riscv64', '73 0x7ffd 0x3 0x0 0x0 0x0 0x0 0x7ffd 0x7f00', false],
]

describe('threads that wait', () => {
  for (const [arch, line, loop] of WAITS) {
    test(`"${line}" on ${arch} is ${loop ? 'a loop' : 'no loop'}`, () => {
      proc.write(7, 'task/7/syscall', 'running\n')
      proc.write(7, 'task/8/syscall', `${line}\n`)
      expect(holdsLoop(files, 7, arch)).toBe(loop)
    })
  }
})

describe('Unix sockets', () => {
  const titles = 'Num       RefCount Protocol Flags    Type St Inode Path\n'

  test('are read once per network namespace', () => {
    proc.link(7, 'ns/net', 'net:[1]')
    proc.write(
      7,
      'net/unix',
      `${titles}00000000: 00000002 00000000 00010000 0001 01 20011 /run/a b.sock\n`,
    )
    proc.link(8, 'ns/net', 'net:[1]')
    proc.write(8, 'net/unix', `${titles}00000000: 00000002 00000000 00010000 0001 01 1 /no\n`)
    proc.link(9, 'ns/net', 'net:[2]')
    proc.write(
      9,
      'net/unix',
      `${titles}0000000000000000: 00000003 00000000 00000000 0001 03 4294967299\n`,
    )
    expect([...unixSocketInodes(files)].sort()).toEqual([20011, 4294967299])
  })

  test('are none where the table is cut or broken', () => {
    proc.link(7, 'ns/net', 'net:[1]')
    for (const text of ['', titles, `${titles}0000: 1 2`, `${titles}\n\n\n`, 'x\ny\n']) {
      proc.write(7, 'net/unix', text)
      expect(unixSocketInodes(files).size).toBe(0)
    }
  })
})
