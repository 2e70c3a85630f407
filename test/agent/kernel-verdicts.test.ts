import { describe, expect, test } from 'vitest'
import { KernelVerdicts } from '../../src/agent/kernel-verdicts.ts'
import { Mute } from '../../src/events/layout.ts'
import type { Muting, VerdictFields } from '../../src/loader/maps.ts'
import type { Socket } from '../../src/sockets/socket.ts'

const NEW: VerdictFields = { limit: 1024, mute: Mute.none, skipEgress: 0, skipIngress: 0 }
const SOCKET = { id: 7 } as Socket

class Tables {
  readonly sockets = new Map<number, VerdictFields>()
  readonly verdicts = {
    set: (id: number, fields: VerdictFields) => void this.sockets.set(id, fields),
    mute: (id: number, mute: Muting) =>
      void this.sockets.set(id, { ...(this.sockets.get(id) ?? NEW), mute }),
    clear: (id: number) => void this.sockets.delete(id),
  }
  readonly portProtocols = { set() {}, setDatagrams() {} }
}

describe('what the kernel side is told of a socket', () => {
  test('stays shed, whatever its protocol turns out to want of it meanwhile', () => {
    const tables = new Tables()
    const verdicts = new KernelVerdicts(tables)
    verdicts.shed(SOCKET, true)
    verdicts.verdict(SOCKET, 512, 0, 0, false)
    verdicts.verdict(SOCKET, 512, 100, 100, true)
    expect(tables.sockets.get(7)).toMatchObject({ mute: Mute.shed })
  })

  test('is what its protocol wants once it is read again', () => {
    const tables = new Tables()
    const verdicts = new KernelVerdicts(tables)
    verdicts.shed(SOCKET, true)
    verdicts.shed(SOCKET, false)
    expect(tables.sockets.get(7)).toMatchObject({ limit: 1024, mute: Mute.none })
    verdicts.verdict(SOCKET, 512, 0, 9, false)
    expect(tables.sockets.get(7)).toMatchObject({ limit: 512, mute: Mute.none, skipIngress: 9 })
  })

  test('is not remembered once it is closed', () => {
    const tables = new Tables()
    const verdicts = new KernelVerdicts(tables)
    verdicts.shed(SOCKET, true)
    verdicts.forget(7)
    expect(tables.sockets.size).toBe(0)
    verdicts.verdict(SOCKET, 512, 0, 0, false)
    expect(tables.sockets.get(7)).toMatchObject({ limit: 512, mute: Mute.none })
  })
})
