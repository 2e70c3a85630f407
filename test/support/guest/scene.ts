import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { type Counts, countsOf } from '../system/agent.ts'
import type { Stage } from '../system/apps.ts'
import type { Load } from '../system/load.ts'
import { finish } from '../system/program.ts'
import { type SeenSpan, spanOfAgentLine } from '../system/spans.ts'
import { type GuestKernel, makeImage } from './image.ts'

/** What inside.mjs does: servers, the agent, loads one after the other, and the end of all. */
export interface Scene {
  readonly name: string
  readonly servers: readonly { readonly command: readonly string[]; readonly port: number }[]
  /** Arguments of the agent; without loads it is waited for. */
  readonly agent: readonly string[]
  readonly loads: readonly (readonly string[])[]
  /** So many spans are waited for. */
  readonly spans: number
  /** CPUs that go and come back while the first load runs. */
  readonly cpus: readonly number[]
}

interface Said {
  readonly stdout: string
  readonly stderr: string
  readonly outcome: number | string
}

/** What came of a scene. */
export class Played {
  readonly release: string
  readonly agent: Said
  readonly loads: readonly Said[]
  /** How often a CPU went and came back. */
  readonly switched: number
  readonly spans: readonly SeenSpan[]
  readonly counts: Counts

  constructor(result: PlayedScene) {
    if (result.failed !== undefined) throw new Error(`${result.name}: ${result.failed}`)
    this.release = result.release
    this.agent = result.agent
    this.loads = result.loads
    this.switched = result.switched
    const lines = this.agent.stdout.split('\n').filter((line) => line.startsWith('{'))
    this.spans = lines.map(spanOfAgentLine)
    this.counts = countsOf(this.agent.stderr)
  }

  load(index: number): Load {
    const { stdout, stderr } = this.loads[index]!
    if (!stdout.startsWith('{')) throw new Error(`a load failed: ${stderr}`)
    return JSON.parse(stdout) as Load
  }
}

interface PlayedScene {
  readonly name: string
  readonly release: string
  readonly agent: Said
  readonly loads: readonly Said[]
  readonly switched: number
  readonly failed?: string
}

/** Six to seven times what an idle machine takes. */
const LIMIT_MS = 580_000

/**
 * The scenes in a machine of their own, emulated: no KVM is needed. Without `-cx16` some kernels
 * fall over QEMU 7.2, whose cmpxchg16b spoils flags.
 */
export async function playInGuest(
  stage: Stage,
  kernel: GuestKernel,
  cpus: number,
  scenes: readonly Scene[],
): Promise<Map<string, Played>> {
  const folder = stage.folder()
  const [image, results] = [join(folder, 'image.cpio'), join(folder, 'results')]
  makeImage(image, kernel, scenes)
  const guest = stage.program([
    ...['qemu-system-x86_64', '-accel', 'tcg,thread=multi', '-cpu', 'max,-cx16'],
    ...['-smp', String(cpus), '-m', '1536', '-nographic', '-nodefaults', '-no-reboot'],
    ...['-serial', 'stdio', '-serial', `file:${results}`],
    ...['-kernel', kernel.image, '-initrd', image],
    ...['-append', 'console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on tsc=reliable'],
  ])
  const timer = setTimeout(() => guest.kill('SIGKILL'), LIMIT_MS)
  await guest.ended
  clearTimeout(timer)
  const played = resultsOf(readFileSync(results, 'latin1'))
  if (played.size < scenes.length) throw new Error(`the guest did not finish: ${guest.describe()}`)
  return played
}

/** The same on this machine. */
export async function playHere(stage: Stage, scenes: readonly Scene[]) {
  const path = join(stage.folder(), 'scenes.json')
  writeFileSync(path, JSON.stringify(scenes))
  const script = join(import.meta.dirname, 'inside.mjs')
  const cwd = join(import.meta.dirname, '../../..')
  return resultsOf(await finish([process.execPath, script, path], { cwd }))
}

function resultsOf(text: string): Map<string, Played> {
  const played = new Map<string, Played>()
  for (const line of text.split(/\r?\n/).filter((one) => one !== '')) {
    const result = JSON.parse(inflateSync(Buffer.from(line, 'base64')).toString()) as PlayedScene
    played.set(result.name, new Played(result))
  }
  return played
}
