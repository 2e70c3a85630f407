import { describe, expect, test } from 'vitest'
import type { MonotonicNs } from '../../src/base/time.ts'
import { DataEvent, DataFlag, Direction } from '../../src/events/layout.ts'
import { momentOf, OperationMoment } from '../../src/sockets/operation-moment.ts'

function at(time: number): MonotonicNs {
  return time as MonotonicNs
}

describe('the moment of an operation', () => {
  test.each([
    0,
    1,
    -1,
    -1e9,
    999_999_999,
    1e9,
    2 ** 31,
    8_999_999_999_999_999,
    9_000_000_000_000_001,
    Number.MAX_SAFE_INTEGER,
  ])('keeps time and context to the last digit: %d', (number) => {
    const moment = new OperationMoment(at(number), true, 1, 2, number)
    expect([moment.time, moment.context]).toEqual([number, number])
    moment.context = -number
    expect(moment.context + number).toBe(0)
  })

  test('says what its event says, activities or async ids', () => {
    const view = new DataView(new ArrayBuffer(DataEvent.size))
    view.setUint32(24, 5, true)
    view.setUint32(28, 3 * 2 ** 8, true) // CPU 3
    view.setUint32(40, 11, true)
    view.setUint32(44, 12, true)
    view.setUint32(52, 13, true)
    view.setUint8(74, Direction.ingress)
    for (const [i, id] of [21, 22, 23, 24].entries()) view.setUint32(80 + 8 * i, id, true)
    view.setUint16(72, DataFlag.loops | DataFlag.polling, true)
    const told = momentOf(new DataEvent(view), at(7))
    expect(told).toMatchObject({ time: 7, ingress: true, tgid: 11, tid: 12, reads: 13 })
    expect(told).toMatchObject({ context: 3 * 2 ** 40 + 5, loops: true, polling: true })
    expect(told).toMatchObject({ atConnect: false, threadLate: false, idCount: 0, idsBefore: 0 })
    expect(told).toMatchObject({ activity: 21, parentActivity: 22, execution: 0, trigger: 0 })
    expect(told).toMatchObject({ grandparentActivity: 23, goneActivity: 24 })

    view.setUint16(72, DataFlag.asyncIds | DataFlag.connectContext | DataFlag.threadLate, true)
    const ids = momentOf(new DataEvent(view), at(7))
    expect(ids).toMatchObject({ execution: 21, trigger: 22, idCount: 23, idsBefore: 24 })
    expect(ids).toMatchObject({ activity: 0, parentActivity: 0, goneActivity: 0 })
    expect(ids).toMatchObject({ atConnect: true, threadLate: true, loops: false, polling: false })
  })
})
