import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Harness } from './otlp-harness.ts'
import { retry } from './scripted-client.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

function heapMb(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed / 1e6
}

test('a collector that stays away costs the memory of one full queue, and no more', async () => {
  const h = new Harness()
  h.collector.answer = () => retry(14)
  const before = heapMb()
  await feed(h, 70_000)
  const full = heapMb()
  await feed(h, 300_000)
  const later = heapMb()
  expect(h.sink.held).toBe(65_536)
  expect(h.count('queue-full')).toBe(370_000 - 65_536)
  expect(full - before).toBeLessThan(120)
  expect(later - full).toBeLessThan(10)
})

async function feed(h: Harness, spans: number): Promise<void> {
  for (let given = 0; given < spans; given += 1000) {
    h.give(1000)
    await h.time.advance(100)
  }
}
