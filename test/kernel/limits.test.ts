import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { Mute } from '../../src/events/layout.ts'
import { Kernel, type KernelOptions } from '../../src/loader/kernel.ts'
import { CollectedEvents } from '../loader/collected-events.ts'
import { Talker } from '../loader/talker.ts'
import { kernelOptions } from '../support/kernel-options.ts'
import { mountTracefs } from '../support/tracefs.ts'

const VERDICT = { limit: 1, mute: Mute.none, skipEgress: 0, skipIngress: 0 }
/** Characters that the kernel keeps of a map's name: BPF_OBJ_NAME_LEN. */
const NAME = 15
/** More than processes and threads have. */
const NOBODY = 2 ** 30

interface MapFacts {
  readonly id: number
  readonly name: string
  readonly bytes_key: number
  readonly bytes_value: number
}

/** A map that this process holds. */
function mapNamed(name: string): MapFacts {
  const folder = '/proc/self/fdinfo'
  const infos = readdirSync(folder).map((fd) => {
    try {
      return readFileSync(join(folder, fd), 'utf8')
    } catch {
      return '' // the one by which the folder was read
    }
  })
  const held = infos.map((info) => Number(/^map_id:\s*(\d+)$/m.exec(info)?.[1]))
  const maps = JSON.parse(execFileSync('bpftool', ['-j', 'map', 'list'], { encoding: 'utf8' }))
  const found = (maps as MapFacts[]).find(
    (map) => map.name === name.slice(0, NAME) && held.includes(map.id),
  )
  if (found === undefined) throw new Error(`no map ${name}`)
  return found
}

/** Puts `count` entries into it that are nobody's. */
function fill(name: string, count: number): void {
  const { id, bytes_key, bytes_value } = mapNamed(name)
  const folder = mkdtempSync(join(tmpdir(), 'underspan-map-'))
  const value = Array.from({ length: bytes_value }, () => 0).join(' ')
  const lines = Array.from({ length: count }, (_, i) => {
    const key = Buffer.alloc(bytes_key)
    key.writeUInt32LE(NOBODY + i)
    return `map update id ${id} key ${[...key].join(' ')} value ${value}\n`
  })
  writeFileSync(join(folder, 'batch'), lines.join(''))
  try {
    execFileSync('bpftool', ['batch', 'file', join(folder, 'batch')], { stdio: 'ignore' })
  } catch {
    // it stops at the entry that has no room
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('at the limit of a map', () => {
  const undo: (() => void | Promise<void>)[] = []

  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  function load(changes: Partial<KernelOptions> = {}): Kernel {
    undo.push(mountTracefs())
    const kernel = new Kernel(kernelOptions(changes))
    undo.push(() => kernel.close())
    return kernel
  }

  const entriesOf = (kernel: Kernel, map: string) =>
    kernel.maps().find(({ name }) => name === map)?.entries

  test('processes left out: there is no room for later ones', () => {
    const kernel = load()
    for (let i = 0; i < 16_384; i++) expect(kernel.ignored.add(NOBODY + i)).toBe(true)
    expect(kernel.ignored.add(1)).toBe(false)
    expect(entriesOf(kernel, 'ignored_processes')).toBe(16_384)
    kernel.ignored.remove(NOBODY)
    expect(kernel.ignored.add(1)).toBe(true)
  })

  test('processes whose runtime tells activities apart: there is no room for later ones', () => {
    const kernel = load()
    const places = { slot: 8, context: 8, contextType: 8 }
    for (let i = 0; i < 4096; i++) expect(kernel.activities.python(NOBODY + i, places)).toBe(true)
    expect(kernel.activities.python(1, places)).toBe(false)
    kernel.activities.remove(NOBODY)
    expect(kernel.activities.python(1, places)).toBe(true)
  })

  test('verdicts on sockets: a later socket takes the place of an earlier one', () => {
    const kernel = load()
    for (let id = 1; id <= 65_521; id++) kernel.verdicts.set(id, VERDICT)
    expect(kernel.verdicts.fill.entries).toBe(65_521)
    kernel.verdicts.set(65_522, VERDICT)
    kernel.verdicts.clear(1)
    expect(kernel.verdicts.fill.entries).toBe(65_521)
    kernel.verdicts.clear(65_522)
    expect(kernel.verdicts.fill.entries).toBe(65_520)
  })

  test('births of context objects: later ones take the place of the one unused for longest', () => {
    const kernel = load()
    fill('context_births', 2 * 16_384)
    const entries = entriesOf(kernel, 'context_births')!
    expect(entries).toBeGreaterThan(16_384 / 2)
    expect(entries).toBeLessThanOrEqual(16_384)
  })

  test('threads, where the kernel keeps no storage for them: later ones are counted as lost', async () => {
    const kernel = load({ without: { taskStorage: false } })
    kernel.attach()
    const events = new CollectedEvents(kernel)
    fill('trace_hash', 65_536 + 1)
    expect(entriesOf(kernel, 'trace_hash')).toBe(65_536)
    const talker = await Talker.start('tcp', 0)
    await talker.send(3, 100)
    talker.stop()
    events.collect()
    const lost = kernel.stats.read().lost.flat()
    expect(lost.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(6)
    expect(events.sockets.find(({ inode }) => inode === talker.clientInode)).toBeUndefined()
  })
})
