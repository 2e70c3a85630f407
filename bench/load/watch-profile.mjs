// Preloaded into the agent by a benchmark: SIGUSR2 begins a CPU profile, another one writes it into the file named.
import { renameSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'

const MICROSECONDS = 500

const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.setSamplingInterval', { interval: MICROSECONDS })
let isOn = false
process.on('SIGUSR2', () => {
  isOn = !isOn
  if (isOn) {
    session.post('Profiler.start')
    return
  }
  session.post('Profiler.stop', (error, { profile }) => {
    if (error) throw error
    const file = process.env.BENCH_PROFILE_FILE
    writeFileSync(`${file}.part`, JSON.stringify(profile))
    renameSync(`${file}.part`, file)
  })
})
