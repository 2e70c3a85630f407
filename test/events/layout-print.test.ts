import { expect, test } from 'vitest'
import { layoutPrint } from '../../src/events/layout-print.ts'

test('the print of the layout names every field of a recorded event and where it lies', () => {
  const print = layoutPrint()
  for (const field of [
    'SocketEvent:136:',
    'DataEvent:112:',
    'payloadAt=112',
    'localAddressAt=80',
  ]) {
    expect(print).toContain(field)
  }
  expect(print.match(/\w+=\d+/g)!.length).toBeGreaterThan(40)
})
