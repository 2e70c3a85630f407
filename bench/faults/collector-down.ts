import { startCollector } from '../../test/support/collector/collector.ts'
import type { Fault } from './fault.ts'
import { accountOf, Load, seconds, startWatched } from './traffic.ts'

const SIZES = {
  long: { rate: 1000, before: 5, down: 600, after: 15, queue: 65_536 },
  short: { rate: 1000, before: 0.3, down: 1, after: 0.5, queue: 600 },
}

export const COLLECTOR_DOWN: Fault = {
  name: 'collector-down',
  what: 'the collector is away for ten minutes at 1,000 spans a second, and comes back',
  run: async (stage, size) => {
    const { rate, before, down, after, queue } = SIZES[size]
    const collector = await startCollector(stage)
    const flags = ['--queue-size', String(queue), '--batch-delay', '100']
    const { server, agent } = await startWatched(stage, collector.endpoint, { flags })
    const load = new Load(stage, server, rate * (before + down + after), rate)
    await seconds(before)
    await collector.stop()
    await seconds(down)
    await collector.start()
    return accountOf(await load.answered(), agent, collector)
  },
}
