import { describe, expect, test } from 'vitest'
import { FrameBuffer } from '../../src/events/frame-buffer.ts'
import { walkFrames } from '../../src/events/frame-walk.ts'
import { CheckPass } from '../../src/events/player.ts'
import { FrameKind } from '../../src/events/recording-format.ts'
import { Random } from '../support/random.ts'

function walk(frames: Buffer): string | undefined {
  return walkFrames(new DataView(frames.buffer, frames.byteOffset, frames.length), new CheckPass())
}

function someFrames(): Buffer {
  const frames = new FrameBuffer()
  frames.tick(1)
  frames.lost(2, 3)
  frames.offset(-5n, 4)
  frames.json(FrameKind.fact, ['name', { a: [1] }])
  frames.json(FrameKind.end, { reason: 'complete', events: 0 })
  return frames.take()
}

describe('frames', () => {
  test('are walked to the last', () => {
    expect(walk(someFrames())).toBeUndefined()
  })

  test('that do not fit are told, at every cut', () => {
    const frames = someFrames()
    const ends = new Set<number>()
    for (let at = 0; at < frames.length; at += frames.readUInt32LE(at)) ends.add(at)
    for (let length = 1; length < frames.length; length++) {
      expect(walk(frames.subarray(0, length)) === undefined).toBe(ends.has(length))
    }
  })

  test('of unknown kinds, and facts that are none, are told', () => {
    const unknown = someFrames()
    unknown[4] = 0xea
    expect(walk(unknown)).toBe('frames of kind 234 are unknown')
    for (const value of [7, null, ['name'], [1, 2], { 0: 'name', 1: 2 }]) {
      const frames = new FrameBuffer()
      frames.json(FrameKind.fact, value)
      expect(walk(frames.take())).toBe('a fact cannot be read')
      frames.json(FrameKind.end, value)
      expect(walk(frames.take())).toBe('the end mark cannot be read')
    }
  })

  test('never throw or loop, whatever bytes they are', () => {
    const random = new Random(3)
    const whole = someFrames()
    for (let round = 0; round < 20_000; round++) {
      const frames = Buffer.from(whole)
      for (let i = 0; i <= random.below(4); i++)
        frames[random.below(frames.length)] = random.below(256)
      walk(frames)
    }
  })
})
