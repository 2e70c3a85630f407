import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { StartupError } from '../../src/base/errors.ts'
import { Direction, Knobs, Rodata, SocketRole, WIRE_HASH } from '../../src/events/layout.ts'
import { Kernel, type KernelOptions } from '../../src/loader/kernel.ts'
import { CollectedEvents } from '../loader/collected-events.ts'
import { Talker } from '../loader/talker.ts'
import { kernelOptions } from '../support/kernel-options.ts'
import { mountTracefs } from '../support/tracefs.ts'

const OBJECT = readFileSync('bpf/underspan.bpf.o')

const options: KernelOptions = kernelOptions()

describe('a kernel that lacks something', () => {
  const undo: (() => void | Promise<void>)[] = []

  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  function open(changes: Partial<KernelOptions>): { kernel: Kernel; events: CollectedEvents } {
    undo.push(mountTracefs())
    const kernel = new Kernel({ ...options, ...changes })
    undo.push(() => kernel.close())
    const events = new CollectedEvents(kernel)
    kernel.attach()
    return { kernel, events }
  }

  /** A connection made and used; what is seen of it. */
  async function exchange(events: CollectedEvents, transport: 'tcp' | 'unix') {
    const talker = await Talker.start(transport, 0)
    await talker.send(3, 500)
    await talker.answer(2, 200)
    talker.stop()
    await new Promise((resolve) => setTimeout(resolve, 50))
    events.collect()
    const client = events.sockets.find(({ inode }) => inode === talker.clientInode)!
    const server = events.sockets.find(({ inode }) => inode === talker.serverInode)!
    return { talker, client, server }
  }

  it.each([
    ['task storage, hooks on sockets', 'socket', { taskStorage: false }],
    ['task storage, hooks on calls', 'syscall', { taskStorage: false }],
    ['its own BTF in reach', 'syscall', { typedTracepoints: false }],
    ['both', 'syscall', { typedTracepoints: false, taskStorage: false }],
  ] as const)('sends up the same without %s', async (_name, family, without) => {
    const { kernel, events } = open({ without })
    expect(kernel.plan.family).toBe(family === 'socket' ? 'socket' : kernel.plan.family)
    const { talker, client, server } = await exchange(events, 'tcp')
    expect(client.role).toBe(SocketRole.client)
    expect(server.role).toBe(SocketRole.server)
    expect(events.bytes(client.socketId, Direction.egress).length).toBe(1500)
    expect(events.bytes(server.socketId, Direction.ingress)).toEqual(
      events.bytes(client.socketId, Direction.egress),
    )
    expect(events.of(server.socketId).map(({ position }) => position)).toEqual([
      0, 500, 1000, 0, 200,
    ])
    const contexts = events
      .of(server.socketId)
      .filter((event) => event.direction === Direction.ingress)
    expect(new Set(contexts.map((event) => event.contextId)).size).toBe(3)
    expect(events.closes.map(({ socketId }) => socketId)).toContain(server.socketId)
    expect(events.processes.map(({ tgid }) => tgid)).toContain(talker.pid)
  })

  it('plans raw tracepoints and system calls where types cannot be had', () => {
    const { kernel } = open({ without: { typedTracepoints: false } })
    expect(kernel.plan.family).toBe('syscall')
    expect(kernel.attached()).toContain('on_state_raw')
    expect(kernel.attached()).toContain('on_exec_raw')
    expect(kernel.attached()).toContain('on_send_exit')
  })

  it('follows connections by system calls alone where their states are not told', async () => {
    const { events } = open({
      hooks: 'syscall',
      without: {
        hasTracepoint: (name) => name !== 'inet_sock_set_state' && name !== 'tcp_destroy_sock',
      },
    })
    const { client, server } = await exchange(events, 'tcp')
    expect(client.role).toBe(SocketRole.client)
    expect(server.role).toBe(SocketRole.server)
    expect(events.of(server.socketId).map(({ position }) => position)).toEqual([
      0, 500, 1000, 0, 200,
    ])
    expect(events.of(client.socketId).map(({ position }) => position)).toEqual([
      0, 500, 1000, 0, 200,
    ])
  })

  it('says what to mount when only tracefs is missing', () => {
    const start = () => new Kernel({ ...options, hooks: 'syscall', without: { tracefs: '' } })
    expect(start).toThrow(expect.objectContaining({ code: 'NO_TRACEFS' }) as Error)
    expect(start).toThrow(StartupError)
  })
})

describe("an object that is not this program's", () => {
  const opening = (object: Uint8Array) => () => new Kernel({ ...options, hooks: 'socket', object })

  it('is refused when its layout is another', () => {
    const other = Buffer.from(OBJECT)
    const hash = Buffer.alloc(8)
    hash.writeBigUInt64LE(BigInt(WIRE_HASH))
    const at = other.indexOf(hash)
    expect(at).toBeGreaterThan(0)
    expect(new Knobs(new DataView(other.buffer, other.byteOffset), at).wireHash).toBe(WIRE_HASH)
    other[at] = other[at]! ^ 1
    expect(Rodata.knobs).toBe(0)
    expect(opening(other)).toThrow(expect.objectContaining({ code: 'WIRE_MISMATCH' }) as Error)
  })

  it.each([
    ['cut short', OBJECT.subarray(0, 5000)],
    ['empty', new Uint8Array(0)],
    ['something else', Buffer.from('#!/bin/sh\necho hello\n'.repeat(100))],
  ])('is refused when it is %s', (_name, object) => {
    expect(opening(object)).toThrow(expect.objectContaining({ code: 'OBJECT_BROKEN' }) as Error)
  })

  it('leaves nothing behind in the kernel', () => {
    const count = () =>
      spawnSync('bpftool', ['prog', 'show'], { encoding: 'utf8' }).stdout.match(/name on_send/g)
        ?.length ?? 0
    const before = count()
    expect(opening(OBJECT.subarray(0, 5000))).toThrow()
    expect(count()).toBeLessThanOrEqual(before)
  })
})
