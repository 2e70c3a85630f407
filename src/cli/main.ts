#!/usr/bin/env node
import './heap.ts'
import type { Config } from '../config/config.ts'
import type { AgentCommands } from './agent-commands.ts'
import { dispatch } from './dispatch.ts'
import type { HostReport } from './host-report.ts'
import { processTerminal } from './terminal.ts'

/** The stages bring the exporter and its 150 ms along, which `--help` need not wait for. */
async function agent(): Promise<AgentCommands> {
  return await import('../agent.ts')
}

async function host(config: Config): Promise<HostReport> {
  const { inspectHost } = await import('./inspect-host.ts')
  return inspectHost(config)
}

/** Calls to a collector that hangs would keep the process for as long as their own time-out. */
const LINGER_MS = 500

process.exitCode = await dispatch(process.argv.slice(2), {
  terminal: processTerminal(),
  agent,
  host,
})
setTimeout(() => process.exit(), LINGER_MS).unref()
