export { explainProcess } from './agent/explain-process.ts'
export { replayFile } from './agent/replay-file.ts'
export { runAgent } from './agent/run-agent.ts'
