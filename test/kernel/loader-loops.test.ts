import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DataEvent, DataFlag, Direction, SocketRole } from '../../src/events/layout.ts'
import { Kernel } from '../../src/loader/kernel.ts'
import { CollectedEvents, payload } from '../loader/collected-events.ts'
import { kernelOptions } from '../support/kernel-options.ts'

/** One thread that reads a request, waits in some way and answers with the name of that way. */
const SCRIPT = `
import ctypes, select, socket
libc = ctypes.CDLL(None)
listener = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()
others = [socket.socketpair() for _ in range(4)]
fds = [pair[0].fileno() for pair in others]

class PollFd(ctypes.Structure):
    _fields_ = [('fd', ctypes.c_int), ('events', ctypes.c_short), ('revents', ctypes.c_short)]

class TimeSpec(ctypes.Structure):
    _fields_ = [('seconds', ctypes.c_long), ('nanoseconds', ctypes.c_long)]

def poll(list, timeout):
    poller = select.poll()
    for fd in list: poller.register(fd, select.POLLIN)
    poller.poll(timeout)

def ppoll(list, nanoseconds):
    array = (PollFd * len(list))(*[PollFd(fd, 1, 0) for fd in list])
    libc.ppoll(array, len(list), ctypes.byref(TimeSpec(0, nanoseconds)), None)

def pselect(list, nanoseconds):
    bits = (ctypes.c_ulong * 16)()
    for fd in list: bits[fd // 64] |= 1 << (fd % 64)
    libc.pselect(max(list) + 1, bits, None, None, ctypes.byref(TimeSpec(0, nanoseconds)), None)

epoll = select.epoll()
ways = {
    'nothing': lambda: None,
    'poll of two': lambda: poll(fds[:2], 1),
    'poll of three': lambda: poll(fds[:3], 1),
    'poll of three that returns at once': lambda: poll(fds[:3], 0),
    'poll of two and one negative': lambda: ppoll([*fds[:2], -1], 1000),
    'ppoll of two': lambda: ppoll(fds[:2], 1000),
    'ppoll of three': lambda: ppoll(fds[:3], 1000),
    'ppoll of three that returns at once': lambda: ppoll(fds[:3], 0),
    'select of two': lambda: select.select(fds[:2], [], [], 0.001),
    'select of three': lambda: select.select(fds[:3], [], [], 0.001),
    'select of two in three sets': lambda: select.select(fds[:2], fds[:2], fds[:2], 0.001),
    'select of three over two sets': lambda: select.select(fds[:2], fds[2:3], [], 0.001),
    'select of three that returns at once': lambda: select.select(fds[:3], [], [], 0),
    'pselect of two': lambda: pselect(fds[:2], 1000),
    'pselect of three': lambda: pselect(fds[:3], 1000),
    'epoll': lambda: epoll.poll(0.001),
    'epoll that returns at once': lambda: epoll.poll(0),
}
for name, wait in ways.items():
    client.send(b'request')
    server.recv(100)
    wait()
    server.send(name.encode())
    client.recv(100)
`

const ENDS_TURN = [
  'poll of three',
  'ppoll of three',
  'select of three',
  'select of three over two sets',
  'pselect of three',
  'epoll',
  'epoll that returns at once',
]
const GOES_ON = [
  'nothing',
  'poll of two',
  'poll of three that returns at once',
  'poll of two and one negative',
  'ppoll of two',
  'ppoll of three that returns at once',
  'select of two',
  'select of two in three sets',
  'select of three that returns at once',
  'pselect of two',
]

const FOLDER = '/sys/kernel/tracing'

describe.each([
  ['', false],
  [', where tracefs is gone since the start', true],
])('the end of a turn of a loop%s', (_, gone) => {
  let kernel: Kernel
  let events: CollectedEvents

  beforeAll(() => {
    if (gone) spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', FOLDER])
    kernel = new Kernel(
      kernelOptions({
        without: gone ? { tracefs: FOLDER, hasSystemCallTracepoint: () => true } : {},
      }),
    )
    events = new CollectedEvents(kernel)
    kernel.attach()
  })

  afterAll(async () => {
    await kernel?.close()
    if (gone) spawnSync('umount', [FOLDER])
  })

  function run(): { request: DataEvent; answer: DataEvent; name: string }[] {
    events.clear()
    const python = spawnSync('python3', ['-c', SCRIPT], { encoding: 'utf8' })
    expect(python.stderr).toBe('')
    events.collect()
    const server = events.sockets.find(
      (socket) => socket.tgid === python.pid && socket.role === SocketRole.server,
    )!
    const all = events.of(server.socketId).filter((event) => event.length > 0)
    return all
      .filter((event) => event.direction === Direction.egress)
      .map((answer) => ({
        request: all[all.indexOf(answer) - 1]!,
        answer,
        name: payload(answer).toString(),
      }))
  }

  it('is not seen while the loop hooks are not attached', () => {
    const seen = run()
    expect(seen.map(({ name }) => name).sort()).toEqual([...ENDS_TURN, ...GOES_ON].sort())
    for (const { request, answer, name } of seen) {
      expect(answer.contextId, name).toBe(request.contextId)
      expect(answer.turn, name).toBe(0)
      expect(answer.flags & DataFlag.loops, name).toBe(0)
    }
  })

  it('clears the context and begins a turn after a wait that only a loop does', () => {
    kernel.attachLoopHooks()
    const seen = run()
    for (const name of ENDS_TURN) {
      const { request, answer } = seen.find((one) => one.name === name)!
      expect(answer.contextId, name).toBe(0)
      expect(answer.turn, name).toBe(request.turn + 1)
    }
    for (const name of GOES_ON) {
      const { request, answer } = seen.find((one) => one.name === name)!
      expect(answer.contextId, name).toBe(request.contextId)
      expect(answer.turn, name).toBe(request.turn)
    }
  })

  it('says that a thread runs a loop from its first wait with a request unanswered', () => {
    const seen = run()
    const first = seen.findIndex(({ name }) => ENDS_TURN.includes(name))
    for (const [i, { answer, name }] of seen.entries()) {
      expect(answer.flags & DataFlag.loops, name).toBe(i < first ? 0 : DataFlag.loops)
    }
  })

  it('is no longer seen once the loop hooks are detached', async () => {
    await kernel.detachLoopHooks()
    for (const { answer, name } of run()) expect(answer.turn, name).toBe(0)
  })
})
