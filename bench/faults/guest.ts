import { fetchKernel, guestSuite } from '../../test/support/guest/kernel.mjs'
import { playInGuest } from '../../test/support/guest/scene.ts'
import type { Fault } from './fault.ts'
import { accountOf, CPU_SCENE, CPUS } from './guest-scene.ts'

export const CPUS_AND_CLOCK: Fault = {
  name: 'cpus-and-clock',
  what: 'CPUs go and come back, and the clock is set to another year, in a machine of its own with 8 CPUs',
  inGuest: true,
  run: async (stage) => {
    const kernel = fetchKernel(guestSuite(), (text) => process.stderr.write(`${text}\n`))
    const played = await playInGuest(stage, kernel, CPUS, [CPU_SCENE])
    return accountOf(played.get(CPU_SCENE.name)!)
  },
}
