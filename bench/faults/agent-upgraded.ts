import { startCollector } from '../../test/support/collector/collector.ts'
import { startAgent } from '../../test/support/system/agent.ts'
import { type Fault, missingRequests, sum, text, tooManyUnwatched } from './fault.ts'
import { InstalledAgent } from './installed-agent.ts'
import { Load, spansInCollector, startServer } from './traffic.ts'

const SIZES = { long: { rate: 1000, phase: 10 }, short: { rate: 500, phase: 0.5 } }

export const AGENT_UPGRADED: Fault = {
  name: 'agent-upgraded',
  what: 'the files of the agent are replaced while it runs, and the next one starts while it ends',
  run: async (stage, size) => {
    const { rate, phase } = SIZES[size]
    const requests = rate * phase
    const collector = await startCollector(stage)
    const server = await startServer(stage)
    const installed = new InstalledAgent(stage.folder())
    const options = {
      ...{ ports: [server.port], endpoint: collector.endpoint, output: 'none' as const },
      main: installed.main,
      flags: ['--instance', `upgraded-${process.pid}`, '--batch-delay', '100'],
    }
    // Before its first span is sent: what is loaded only then is not there any more.
    const old = await startAgent(stage, options)
    const replaced = installed.spoil()
    const before = await new Load(stage, server, requests, rate, '/still-before').answered()
    installed.install()
    const during = new Load(stage, server, requests * 3, rate, '/still-during')
    const stopping = performance.now()
    const ending = old.stop()
    const next = await startAgent(stage, options)
    const gapMs = performance.now() - stopping
    const oldCounts = await ending
    const unsure = await during.answered()
    const after = await new Load(stage, server, requests, rate, '/still-after').answered()
    const counts = await next.stop()
    await collector.stop()
    const found = await spansInCollector(collector.file)
    const told = { ...addedTo(missingRequests(oldCounts), missingRequests(counts)) }
    const lost = [before - found.of('/still-before'), after - found.of('/still-after')]
    const unwatched = unsure - found.of('/still-during') - sum(told)
    return {
      ...{ happened: before + unsure + after, unit: 'requests', found: found.count },
      where: 'in the file of the collector',
      unwatched,
      counted: told,
      notes: [`${text(replaced)} files were replaced`, ...found.notes],
      wrong: [
        ...tooManyUnwatched(unwatched, rate, gapMs),
        ...lost
          .filter((count) => count !== 0)
          .map((count) => `${text(count)} requests missing of a time when an agent ran`),
      ],
    }
  },
}

function addedTo(some: Readonly<Record<string, number>>, more: Readonly<Record<string, number>>) {
  const reasons = [...new Set([...Object.keys(some), ...Object.keys(more)])]
  return Object.fromEntries(
    reasons.map((reason) => [reason, (some[reason] ?? 0) + (more[reason] ?? 0)]),
  )
}
