import { join } from 'node:path'
import type { Stage } from '../../test/support/system/apps.ts'
import type { Program } from '../../test/support/system/program.ts'

const LOAD = join(import.meta.dirname, '../../test/apps/truth/load.mjs')
/** What the agent leaves out: the load's own calls. */
export const LEAVE_OUT = ['--exclude-command', '*/test/apps/truth/load.mjs *']

/** One request as the load generator saw it; times in Unix ms. */
export interface Asked {
  readonly tag: string
  readonly ok: boolean
  readonly began: number
  readonly ended: number
}

export interface Load {
  readonly requests: readonly Asked[]
  /** Requests without their right answer. */
  readonly failed: number
}

/** Asks for /WORD/q1, /WORD/q2, ...: `phases` is AT_A_TIME:COUNT, several parted by commas. */
export function startLoad(
  stage: Stage,
  port: number,
  word: string,
  phases: string,
  flags: readonly string[] = [],
): Program {
  return stage.program([process.execPath, LOAD, String(port), word, phases, ...flags])
}

/** The same of loads that run: one may be gone when a busy agent asks for its command line. */
export function leaveOut(loads: readonly Program[]): string[] {
  return ['--exclude-pid', loads.map(({ pid }) => pid).join(',')]
}

/** With `--told`: until it asks as many at a time as it is to. */
export async function busy(program: Program): Promise<void> {
  await program.until(() => program.stderr.includes('busy'), 'load')
}

/** With `--told`: its requests are counted from now on. */
export function tell(program: Program): void {
  program.kill('SIGUSR2')
}

export async function loadOf(program: Program): Promise<Load> {
  let text = ''
  // Of long outputs the program itself keeps the end only.
  const before = program.stdout
  program.onOutput = (piece) => {
    text += piece
  }
  if ((await program.ended) !== 0) throw new Error(program.describe())
  return JSON.parse(before + text) as Load
}
