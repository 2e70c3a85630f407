import { join } from 'node:path'
import { finish } from './program.ts'

/** One request as the load generator saw it. */
export interface Asked {
  readonly tag: string
  readonly status: number
  /** Status 200 and the body that belongs to the tag. */
  readonly ok: boolean
  readonly error: string
  readonly startMs: number
  readonly ms: number
}

export interface Load {
  readonly requests: readonly Asked[]
  readonly failed: number
  readonly ms: number
}

export interface LoadOptions {
  readonly from?: number
  readonly headers?: readonly string[]
  readonly path?: string
  readonly expect?: string
  readonly deadlineSeconds?: number
  /** Words before the command: to run it in a network namespace. */
  readonly inside?: readonly string[]
}

const APPS = join(import.meta.dirname, '../../apps')

/** `count` tagged requests, `atATime` of them open. */
export async function load(url: string, count: number, atATime: number, options: LoadOptions = {}) {
  const flags = [
    ...['--from', String(options.from ?? 1), '--path', options.path ?? '/front'],
    ...[
      '--expect',
      options.expect ?? 'front ',
      '--deadline',
      String(options.deadlineSeconds ?? 60),
    ],
    ...(options.headers ?? []).flatMap((header) => ['--header', header]),
  ]
  const command = [process.execPath, join(APPS, 'load.mjs'), url, String(count), String(atATime)]
  return JSON.parse(await finish([...(options.inside ?? []), ...command, ...flags])) as Load
}

export interface Flood {
  readonly answered: number
  readonly failed: number
  readonly ms: number
  readonly latencyMs: { readonly p50: number; readonly p99: number }
}

/** Exactly `count` requests for one path, as fast as they are answered, or at `rate` per second. */
export function floodCommand(
  target: string,
  count: number,
  connections: number,
  flags: readonly string[] = [],
): string[] {
  return [
    process.execPath,
    join(APPS, 'flood.mjs'),
    target,
    String(count),
    String(connections),
    ...flags,
  ]
}

export async function flood(
  target: string,
  count: number,
  connections: number,
  flags: readonly string[] = [],
) {
  return JSON.parse(await finish(floodCommand(target, count, connections, flags))) as Flood
}
