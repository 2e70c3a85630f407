import { expect, test } from 'vitest'
import { probesOf, type Vitals } from '../../src/agent/health.ts'
import { type MonotonicNs, SECOND } from '../../src/base/time.ts'
import { ManualClock } from '../support/manual-clock.ts'

function probed(vitals: Partial<Vitals> | undefined, seconds = 0) {
  const whole = { phase: 'reading', turnedAt: 0 as MonotonicNs, hooks: 14, ...vitals } as const
  const probes = probesOf(new ManualClock(seconds * SECOND), () => vitals && whole)
  return { health: probes['/health']!(), ready: probes['/ready']!() }
}

test('an agent whose reader turns is alive, and stuck after five seconds without a turn', () => {
  expect(probed({}, 4.9).health).toEqual({
    good: true,
    reason: 'alive: events were last read 4.9 s ago',
  })
  expect(probed({}, 5).health).toEqual({
    good: false,
    reason: 'stuck: events were last read 5.0 s ago',
  })
})

test('an agent is ready once its hooks are attached', () => {
  expect(probed({}).ready).toEqual({ good: true, reason: 'ready: 14 hooks are attached' })
  expect(probed({ hooks: 0 }).ready).toEqual({
    good: false,
    reason: 'not ready: no hook is attached',
  })
})

test('an agent that starts or stops is alive and not ready', () => {
  for (const [vitals, phase] of [
    [undefined, 'starting'],
    [{ phase: 'starting', hooks: 0 }, 'starting'],
    [{ phase: 'stopping' }, 'stopping'],
  ] as const) {
    const { health, ready } = probed(vitals, 60)
    expect(health).toEqual({ good: true, reason: `alive: ${phase}` })
    expect(ready).toEqual({ good: false, reason: `not ready: ${phase}` })
  }
})
