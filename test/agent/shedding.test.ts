import { beforeEach, describe, expect, test } from 'vitest'
import { Shedding } from '../../src/agent/shedding.ts'
import { type MonotonicNs, SECOND } from '../../src/base/time.ts'
import type { Socket } from '../../src/sockets/socket.ts'

const at = (seconds: number) => (seconds * SECOND) as MonotonicNs
const socket = (id: number, localPort = 80) => ({ id, localPort }) as Socket

describe('connections on which work enters', () => {
  let shedding: Shedding
  let left: Set<number>
  beforeEach(() => {
    left = new Set()
    shedding = new Shedding({
      verdict() {},
      forget() {},
      serverPort() {},
      datagramPort() {},
      shed: ({ id }, isShed) => void (isShed ? left.add(id) : left.delete(id)),
    })
  })

  function enter(count: number, seconds: number): void {
    for (let id = 1; id <= count; id++) shedding.entered(socket(id), at(seconds))
  }

  test('are all read as long as nothing else is said', () => {
    enter(1000, 1)
    expect(left.size).toBe(0)
  })

  test('are left out in part, near enough', () => {
    shedding.readPart(0.25, at(1))
    enter(4000, 1)
    expect(left.size).toBeGreaterThan(2900)
    expect(left.size).toBeLessThan(3100)
  })

  test('are chosen anew after five seconds, without a look at those that stay left out', () => {
    shedding.readPart(0.5, at(0))
    enter(1000, 1)
    const first = new Set(left)
    shedding.tick(at(5.5))
    expect(left).toEqual(first)
    shedding.tick(at(6))
    expect(left.size).toBeGreaterThan(150)
    expect(left.size).toBeLessThan(350)
    enter(1000, 6)
    const both = [...left].filter((id) => first.has(id)).length
    expect(both).toBeGreaterThan(150)
    expect(both).toBeLessThan(350)
    expect(left.size).toBeGreaterThan(450)
    expect(left.size).toBeLessThan(550)
  })

  test('are left out from their first byte once their port is known', () => {
    shedding.readPart(1 / 64, at(0))
    shedding.accepted(socket(5000), at(1))
    expect(left.size).toBe(0)
    shedding.entered(socket(1), at(1))
    for (let id = 100; id < 200; id++) shedding.accepted(socket(id), at(1))
    for (let id = 200; id < 300; id++) shedding.accepted(socket(id, 81), at(1))
    expect([...left].filter((id) => id >= 100 && id < 200).length).toBeGreaterThan(90)
    expect([...left].some((id) => id >= 200)).toBe(false)
  })

  test('are all read at once when there is time again', () => {
    shedding.readPart(1 / 64, at(0))
    enter(100, 1)
    shedding.readPart(1, at(2))
    expect(left.size).toBe(0)
    expect(shedding.size).toBe(0)
  })

  test('are forgotten when they are closed', () => {
    shedding.readPart(1 / 64, at(0))
    enter(100, 1)
    for (let id = 1; id <= 100; id++) shedding.forget(id)
    expect(shedding.size).toBe(0)
  })
})

test('a trace that begins with a call may have lost its cause while connections are shed, and shortly after', () => {
  const shedding = new Shedding({
    verdict() {},
    forget() {},
    serverPort() {},
    datagramPort() {},
    shed() {},
  })
  expect(shedding.hidesCauseAt(at(1))).toBe(false)
  shedding.readPart(0.5, at(10))
  expect(shedding.hidesCauseAt(at(9))).toBe(false)
  expect(shedding.hidesCauseAt(at(11))).toBe(true)
  shedding.readPart(1, at(20))
  expect(shedding.hidesCauseAt(at(19))).toBe(true)
  expect(shedding.hidesCauseAt(at(24))).toBe(true)
  expect(shedding.hidesCauseAt(at(26))).toBe(false)
})
