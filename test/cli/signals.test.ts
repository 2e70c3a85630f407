import { EventEmitter, once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type SignalSource, untilStopped } from '../../src/cli/signals.ts'

/** A process as far as signals go. */
class Process extends EventEmitter implements SignalSource {
  readonly exits: number[] = []
  exit(code: number): void {
    this.exits.push(code)
  }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Work that ends when it is told to, and not before `release` either. */
async function work(stop: AbortSignal, release: Promise<void> = Promise.resolve()): Promise<void> {
  if (!stop.aborted) await once(stop, 'abort')
  await release
}

describe('a command that runs until it is stopped', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('ends in good order at %s', async (signal) => {
    const source = new Process()
    const running = untilStopped((stop) => work(stop), undefined, source)
    source.emit(signal, signal)
    expect(await running).toBe(0)
    expect(source.exits).toEqual([])
    expect(source.eventNames()).toEqual([])
  })

  test('ends at its time limit', async () => {
    const running = untilStopped((stop) => work(stop), 10, new Process())
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await running).toBe(0)
  })

  test('takes the signal that comes twice at once for one', async () => {
    const source = new Process()
    const running = untilStopped((stop) => work(stop), undefined, source)
    source.emit('SIGINT', 'SIGINT')
    source.emit('SIGINT', 'SIGINT')
    expect(await running).toBe(0)
    expect(source.exits).toEqual([])
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('does not wait any longer at a second %s', async (signal, code) => {
    const source = new Process()
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const running = untilStopped((stop) => work(stop, released), undefined, source)
    source.emit(signal, signal)
    await vi.advanceTimersByTimeAsync(1500)
    source.emit(signal, signal)
    expect(source.exits).toEqual([code])
    release()
    await running
  })

  test('ends by itself, and passes on what was thrown', async () => {
    const source = new Process()
    expect(await untilStopped(async () => {}, undefined, source)).toBe(0)
    const failing = untilStopped(() => Promise.reject(new Error('no')), undefined, source)
    await expect(failing).rejects.toThrow('no')
    expect(source.eventNames()).toEqual([])
  })
})
