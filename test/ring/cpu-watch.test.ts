import { expect, test } from 'vitest'
import { CpuWatch } from '../../src/ring/cpu-watch.ts'
import { Drain } from '../../src/ring/drain.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { CollectingSink } from '../support/collecting-sink.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { makeEvent, SyntheticKernel, SyntheticRing } from '../support/synthetic-kernel.ts'

function world() {
  const kernel = new SyntheticKernel(2, 1 << 12)
  const clock = new ManualClock(1e6)
  const sink = new CollectingSink()
  const drain = new Drain({
    rings: kernel.memories,
    bursts: kernel.bursts,
    flusher: kernel,
    sink,
    clock,
    start: 0n,
    counter: new Counters().transport,
  })
  const log: string[] = []
  const rings = {
    open: (cpu: number) => {
      log.push(`open ${cpu}`)
      if (kernel.offline.has(cpu)) return undefined
      kernel.rings[cpu] = new SyntheticRing(cpu, 1 << 12)
      return kernel.rings[cpu].memory
    },
    close: (cpu: number) => log.push(`close ${cpu}`),
  }
  return { kernel, clock, sink, drain, log, rings }
}

test('a cpu that goes and comes back gets a new ring once its old one was read to the end', () => {
  const { kernel, clock, sink, drain, log, rings } = world()
  let online = [0, 1]
  const watch = new CpuWatch(drain, rings, online, () => online)
  const emit = (time: number) => kernel.emit(1, makeEvent(2, 1, BigInt(time), 40))

  watch.look()
  emit(1)
  kernel.flush(1)
  online = [0]
  watch.look()
  online = [0, 1]
  watch.look()
  expect(log).toEqual([])
  drain.turn()
  expect(sink.times).toEqual([1])
  expect(log).toEqual(['close 1'])

  kernel.offline.add(1) // listed, and gone again before it could be opened
  watch.look()
  kernel.offline.delete(1)
  watch.look()
  watch.look()
  expect(log).toEqual(['close 1', 'open 1', 'open 1'])
  emit(2)
  clock.time += 1e6
  drain.turn()
  expect(sink.times).toEqual([1, 2])
})

test('a cpu that was away between two looks gets a new ring when the old one takes nothing', () => {
  const { kernel, clock, sink, drain, log, rings } = world()
  const watch = new CpuWatch(drain, rings, [0, 1], () => [0, 1])
  const emit = (time: number) => kernel.emit(1, makeEvent(2, 1, BigInt(time), 40))
  kernel.dead.add(1)
  emit(1)
  drain.turn()
  watch.look()
  clock.time += 1e6
  drain.turn()
  kernel.dead.delete(1)
  watch.look()
  watch.look()
  expect(log).toEqual(['close 1', 'open 1'])
  emit(2)
  clock.time += 1e6
  drain.turn()
  expect(sink.times).toEqual([2])
})
