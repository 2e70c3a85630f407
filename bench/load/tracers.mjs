// What the rounds with a tracer run: this one, or any other that can be started by a command.
import { setTimeout as sleep } from 'node:timers/promises'
import { quiet, startAgent, startCollector, stopAgent, sumOf } from './agent.mjs'
import { start, stop } from './processes.mjs'

/** `flags`: beside those that every round has. */
export function underspan(hooks, flags = []) {
  return {
    startCollector,
    start: (ports, collector) => startAgent(ports, collector, hooks, { flags }),
    async stop(agent) {
      const counts = await stopAgent(agent)
      const of = (word) => counts.get(`underspan.spans ${word}`) ?? 0
      const shed = sumOf(counts, 'underspan.lost shed.')
      return {
        lost: sumOf(counts, 'underspan.lost ') - shed,
        shed,
        leftOut: of('over-cpu-limit') + of('cause-shed'),
        exported: of('exported'),
        unsent: of('built') - of('exported'),
      }
    },
  }
}

const SETTLE_MS = 2000

/**
 * Another agent, by its command line, which a shell reads; PORTS in it becomes the ports of the server. It is told by
 * the variables of OpenTelemetry where its spans are taken. When it is ready nobody knows: once it is quiet.
 */
export function another(command) {
  let collector
  let before = 0
  return {
    startCollector: () => startCollector({ counts: true }),
    async start(ports, itsCollector) {
      collector = itsCollector
      before = collector.seen.spans
      const endpoint = `http://127.0.0.1:${collector.port}`
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }
      const agent = start(['sh', '-c', command.replaceAll('PORTS', ports.join(','))], { env })
      await sleep(SETTLE_MS)
      await quiet(agent)
      if (agent.outcome !== undefined)
        throw new Error(`'${command}' ended with ${agent.outcome}: ${agent.stderr}`)
      return agent
    },
    async stop(agent) {
      await stop(agent)
      await sleep(500) // the collector's batch
      return { lost: 0, shed: 0, leftOut: 0, unsent: 0, exported: collector.seen.spans - before }
    },
  }
}
