import { expect, test } from 'vitest'
import { OtherAgents } from '../../src/agent/other-agents.ts'

test('the sockets of other agents are left out while these run, and no longer', () => {
  const left = new Set<number>()
  let running: number[] = []
  const ignored = {
    add: (pid: number) => !!left.add(pid),
    remove: (pid: number) => void left.delete(pid),
  }
  const others = new OtherAgents({ running: () => running, ignored })
  running = [100, 200]
  others.look()
  expect([...left]).toEqual([100, 200])
  running = [200, 300]
  others.look()
  expect([...left]).toEqual([200, 300])
  expect([others.has(100), others.has(300)]).toEqual([false, true])
  running = []
  others.look()
  expect(left.size).toBe(0)
})
