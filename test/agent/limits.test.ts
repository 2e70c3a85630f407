import { describe, expect, test } from 'vitest'
import { IdentityWatch } from '../../src/agent/identity-watch.ts'
import { Pipeline } from '../../src/agent/pipeline.ts'
import { ProcessRecheck } from '../../src/agent/process-recheck.ts'
import { Shedding } from '../../src/agent/shedding.ts'
import { Watched } from '../../src/agent/watched.ts'
import { type MonotonicNs, SECOND } from '../../src/base/time.ts'
import { readFlags } from '../../src/config/flags.ts'
import { loadConfig } from '../../src/config/load.ts'
import { SocketEvent } from '../../src/events/layout.ts'
import { NO_VERDICTS } from '../../src/exchanges/verdicts.ts'
import type { Socket } from '../../src/sockets/socket.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { aProcess } from '../support/a-process.ts'
import { A_HOST } from '../support/a-span-builder.ts'
import { ManualClock } from '../support/manual-clock.ts'

const at = (seconds: number) => (seconds * SECOND) as MonotonicNs
const configOf = (...flags: string[]) => loadConfig(readFlags(flags), {}).config

/** A source that counts what it is asked. */
function aSource() {
  const source = {
    asked: [] as number[],
    of: (tgid: number) => {
      source.asked.push(tgid)
      return aProcess({ tgid })
    },
    forget: () => {},
  }
  return source
}

describe('at the limit of the agent', () => {
  test('processes judged by the selection: they are judged again', () => {
    const source = aSource()
    const watched = new Watched(configOf('--pid', '1'), source)
    for (let tgid = 1; tgid <= 65_536; tgid++) watched.process(tgid, 0, '')
    watched.process(1, 0, '')
    expect(source.asked).toHaveLength(65_536)
    watched.process(65_537, 0, '')
    expect(watched.process(1, 0, '')).toBe(true)
    expect(source.asked.slice(-2)).toEqual([65_537, 1])
  })

  test('processes with traced sockets: the oldest is forgotten until it opens a socket', () => {
    const pipeline = new Pipeline({
      config: configOf('--port', '80'),
      clock: new ManualClock(SECOND),
      host: A_HOST,
      processes: aSource(),
      counters: new Counters(),
      sink: { accept: () => {}, flush: async () => {}, shutdown: async () => {} },
      seed: 7,
      verdicts: NO_VERDICTS,
      onTraced: () => {},
      onLeftOut: () => {},
      onGone: () => {},
      onStarted: () => {},
    })
    const view = new DataView(new ArrayBuffer(SocketEvent.size))
    const open = (id: number, tgid: number, localPort: number) => {
      view.setUint32(16, id, true)
      view.setUint32(48, tgid, true)
      view.setUint16(72, 2, true)
      view.setUint16(74, 6, true)
      view.setUint16(76, localPort, true)
      pipeline.socket(new SocketEvent(view), at(1))
      return pipeline.wanted(id)
    }
    for (let tgid = 1; tgid <= 65_536; tgid++) open(tgid, tgid, 80)
    expect(open(100_001, 1, 443)).toBe('operations')
    open(65_537, 65_537, 80)
    expect(open(100_002, 1, 443)).toBe('nothing')
    expect(open(100_003, 2, 443)).toBe('operations')
  })

  test('processes looked at for context objects: the oldest is looked at again', () => {
    const looked: number[] = []
    const watch = identityWatch((tgid) => {
      looked.push(tgid)
      return undefined
    })
    for (let tgid = 1; tgid <= 65_536; tgid++) watch.traced(tgid, at(0))
    watch.traced(1, at(0))
    expect(looked).toHaveLength(65_536)
    watch.traced(65_537, at(0))
    watch.traced(1, at(0))
    expect(looked.slice(-2)).toEqual([65_537, 1])
  })

  test('processes that wait for a look at context objects: later ones are looked at once', () => {
    let looks = 0
    const watch = identityWatch(() => {
      looks++
      return 'no-context-yet'
    })
    for (let tgid = 1; tgid <= 1025; tgid++) watch.traced(tgid, at(0))
    expect(looks).toBe(1025)
    for (let ms = 100; ms < 120; ms++) watch.tick(at(ms / 1000))
    expect(looks).toBe(1025 + 1024)
  })

  test('processes looked at for threads that serve many: later ones are not', () => {
    const source = { ...aSource(), checked: 0 }
    const live = {
      ...source,
      recheck: (process: ReturnType<typeof aProcess>) => {
        source.checked++
        return process
      },
    }
    const recheck = new ProcessRecheck(live, () => {})
    for (let tgid = 1; tgid <= 1025; tgid++) recheck.add({ tgid } as Socket)
    recheck.tick(at(10))
    expect(source.checked).toBe(1024)
  })

  test('sockets left out while shedding: no more are left out', () => {
    const shedding = new Shedding(NO_VERDICTS)
    shedding.readPart(1 / 64, at(0))
    for (let id = 1; id <= 70_000; id++) shedding.entered({ id, localPort: 80 } as Socket, at(1))
    expect(shedding.size).toBe(65_536)
  })
})

function identityWatch(find: ConstructorParameters<typeof IdentityWatch>[0]['find']) {
  return new IdentityWatch({
    find,
    mayBeTraced: () => true,
    read: () => true,
    stopReading: () => {},
    counter: new Counters().identities,
  })
}
