export { runAgent } from './agent/run-agent.ts'
