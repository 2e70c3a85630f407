import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { InstanceLock } from '../../src/loader/instance-lock.ts'

describe('the lock of an instance', () => {
  let folder: string
  const locks: InstanceLock[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'underspan-lock-'))
  })

  afterEach(() => {
    for (const lock of locks.splice(0)) lock.release()
    rmSync(folder, { recursive: true })
  })

  function take(name: string): InstanceLock {
    const lock = InstanceLock.take(name, [folder])
    locks.push(lock)
    return lock
  }

  test('is taken once, and says who holds it', () => {
    take('default')
    expect(() => take('default')).toThrow(
      expect.objectContaining({
        code: 'ALREADY_RUNNING',
        message: expect.stringContaining(String(process.pid)),
        remedy: expect.stringContaining('--instance'),
      }) as Error,
    )
  })

  test('can be taken again once it was released', () => {
    take('default').release()
    locks.pop()
    take('default')
    expect(readFileSync(join(folder, 'default.lock'), 'latin1')).toBe(`${process.pid}\n`)
  })

  test('is waited for when its holder is about to end, and not when it runs on', async () => {
    const mine = take('mine')
    await InstanceLock.freed('mine', [folder])
    expect(() => take('mine')).toThrow('runs already')
    mine.ending()
    let freed = false
    const waiting = InstanceLock.freed('mine', [folder]).then(() => {
      freed = true
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(freed).toBe(false)
    mine.release()
    locks.pop()
    await waiting
    take('mine')
  })

  test('of an agent that was killed while it ended is not waited for', async () => {
    writeFileSync(join(folder, 'mine.lock'), '123456 ending\n')
    await InstanceLock.freed('mine', [folder])
    take('mine')
  })

  test('knows the other agents that run, and not those that are gone', () => {
    const mine = take('mine')
    expect(mine.others()).toEqual([])
    take('another')
    expect(mine.others()).toEqual([process.pid])
    writeFileSync(join(folder, 'gone.lock'), '123456\n')
    writeFileSync(join(folder, 'note.txt'), 'not a lock')
    expect(mine.others()).toEqual([process.pid])
  })

  test('leaves no file behind, nor those of agents that were killed', () => {
    writeFileSync(join(folder, 'killed.lock'), '123456\n')
    const mine = take('mine')
    mine.others()
    expect(readdirSync(folder)).toEqual(['mine.lock'])
    mine.release()
    locks.pop()
    expect(readdirSync(folder)).toEqual([])
  })

  test('does not take away the file of who took the name meanwhile', () => {
    const mine = take('mine')
    rmSync(join(folder, 'mine.lock'))
    take('mine')
    mine.release()
    locks.shift()
    expect(readdirSync(folder)).toEqual(['mine.lock'])
    expect(() => take('mine')).toThrow('runs already')
  })

  test('goes to the second folder when the first cannot be had', () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    locks.push(InstanceLock.take('default', [join(file, 'below'), folder]))
    expect(readFileSync(join(folder, 'default.lock'), 'latin1')).toBe(`${process.pid}\n`)
  })

  test('is refused when no folder can be had', () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(() => InstanceLock.take('default', [join(file, 'below')])).toThrow(
      expect.objectContaining({ code: 'FILE_UNUSABLE' }) as Error,
    )
  })
})
