import { readFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { StartupError } from '../base/errors.ts'
import type { Config } from '../config/config.ts'
import { type HookPlan, type PlanRow, planHooks, requireHooks } from '../loader/hook-plan.ts'
import { Kernel } from '../loader/kernel.ts'
import {
  type KernelFeatures,
  readKernelFeatures,
  requireAccess,
} from '../loader/kernel-features.ts'
import { isJitOn } from '../loader/limits.ts'
import { openLibbpf } from '../loader/native.ts'
import { ProcFiles } from '../processes/proc-files.ts'
import {
  type Alternative,
  type Condition,
  canRun,
  type HostReport,
  type Need,
} from './host-report.ts'

/** Beside `dist/` and `src/` alike. */
const OBJECT = new URL('../../bpf/underspan.bpf.o', import.meta.url)

/** Asks the kernel what it can do, and the verifier whether it takes the programs. Attaches nothing. */
export async function inspectHost(config: Config): Promise<HostReport> {
  const system = `Linux ${release()}, ${process.arch}, ${cpus().length} CPUs, Node ${process.version}`
  try {
    const libbpf = openLibbpf(config.libbpf)
    const features = readKernelFeatures(libbpf, config.btf)
    const plan = planHooks(features, config.hooks)
    const conditions = [
      ...withAccess(features, kernelConditions(features, plan)),
      ...limitConditions(isJitOn(), process.report.getReport() as Report),
      procCondition(new ProcFiles()),
    ]
    const report = { system, conditions, needs: plan.rows.map((row) => needOf(row, plan)) }
    return canRun(report) ? await withPrograms(report, config) : { ...report, programs: [] }
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    return { system, conditions: [failed(error)], needs: [], programs: [] }
  }
}

/** Loads the programs and lets them go. */
async function withPrograms(
  report: Omit<HostReport, 'programs'>,
  { hooks, libbpf, btf, payloadLimit }: Config,
): Promise<HostReport> {
  try {
    const object = readFileSync(OBJECT)
    const kernel = new Kernel({ object, hooks, libbpf, btf, agentStart: 0, payloadLimit })
    const programs = kernel.programs()
    await kernel.close()
    return { ...report, programs }
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    return { ...report, conditions: [...report.conditions, failed(error)], programs: [] }
  }
}

/** What made it stop before a plan could be made. */
function failed(error: StartupError): Condition {
  return { name: error.code, state: 'missing', found: error.message, remedy: error.remedy }
}

export function kernelConditions(features: KernelFeatures, plan: HookPlan): Condition[] {
  return [
    ok('libbpf', features.libbpf),
    features.privileged
      ? ok('privileges', 'may load eBPF programs')
      : missing(
          'privileges',
          'may not load eBPF programs, so hooks are judged too badly below',
          'run it as root',
        ),
    features.lockdown === 'confidentiality'
      ? missing('lockdown', 'confidentiality', 'boot with lockdown=integrity or none')
      : ok('lockdown', features.lockdown),
    btfCondition(features),
    tracefsCondition(features, plan),
  ]
}

function btfCondition({ btf }: KernelFeatures): Condition {
  if (btf === 'none') return missing('kernel types (BTF)', 'none', 'see NO_BTF in docs/no-start.md')
  return ok('kernel types (BTF)', btf === 'kernel' ? "the kernel's own" : 'from the file given')
}

/** Some hooks are found through tracefs: without it a need may have none, or only a dearer one. */
function tracefsCondition({ tracefs }: KernelFeatures, plan: HookPlan): Condition {
  if (tracefs !== '') return ok('tracefs', `mounted at ${tracefs}`)
  const remedy = 'mount -t tracefs nodev /sys/kernel/tracing'
  const wanting = plan.rows.filter((row) => refusedForTracefs(row))
  const without = wanting.filter((row) => row.choice === undefined).map((row) => row.need)
  if (without.length > 0)
    return missing('tracefs', `not mounted: no hook for ${without.join(', ')}`, remedy)
  if (wanting.length === 0) return ok('tracefs', 'not mounted, and not needed for these hooks')
  const dearer = wanting.map((row) => row.need).join(', ')
  return less('tracefs', `not mounted: a dearer hook is taken for ${dearer}`, remedy)
}

/** Whether something better than the choice is refused because tracefs is not there. */
function refusedForTracefs({ alternatives, choice }: PlanRow): boolean {
  const better =
    choice === undefined ? alternatives : alternatives.slice(0, alternatives.indexOf(choice))
  return better.some(({ refusal }) => refusal.includes('tracefs'))
}

/** The agent's own judgement counts: what it refuses is never "ok" here. */
function withAccess(features: KernelFeatures, conditions: Condition[]): Condition[] {
  try {
    requireAccess(features)
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    if (conditions.every(({ state }) => state !== 'missing')) return [...conditions, failed(error)]
  }
  return conditions
}

/** Of Node's own report on this process. */
export interface Report {
  readonly userLimits?: { readonly open_files?: { readonly hard: number | 'unlimited' } }
}

/** Descriptors that programs, maps, links and rings may take together, with room. */
const OPEN_FILES = 1024

export function limitConditions(jit: boolean | undefined, report: Report): Condition[] {
  const files = report.userLimits?.open_files?.hard ?? 'unlimited'
  return [
    files === 'unlimited' || files >= OPEN_FILES
      ? ok('open files', `${files} allowed`)
      : less('open files', `${files} allowed`, `ulimit -Hn ${OPEN_FILES}`),
    jit === false
      ? less(
          'eBPF JIT',
          'off: each hook costs several times more',
          'sysctl net.core.bpf_jit_enable=1',
        )
      : ok('eBPF JIT', jit ? 'on' : 'the kernel has no switch for it'),
  ]
}

/** Kernel threads have no command line; of all others the program can be read, or is not ours to read. */
export function procCondition(files: ProcFiles): Condition {
  const programs = files.tgids().filter((tgid) => files.text(tgid, 'cmdline', 64) !== '')
  if (programs.length === 0)
    return missing('processes', '/proc cannot be read', 'mount -t proc proc /proc')
  const readable = programs.filter((tgid) => files.link(tgid, 'exe') !== '').length
  const found = `${readable} of ${programs.length} can be read`
  return readable * 2 > programs.length
    ? ok('processes', found)
    : less(
        'processes',
        `${found}: the others have fewer names`,
        'run it as root, and not with hidepid',
      )
}

function needOf(row: PlanRow, plan: HookPlan): Need {
  const alternatives = row.alternatives.map((one): Alternative => {
    if (one === row.choice) return { name: one.name, state: 'taken', note: '' }
    return one.refusal === ''
      ? { name: one.name, state: 'works', note: '' }
      : { name: one.name, state: 'refused', note: one.refusal }
  })
  return { name: row.need, required: isRequired(row, plan), alternatives }
}

/** Whether the agent starts when this row has no choice. */
function isRequired(row: PlanRow, plan: HookPlan): boolean {
  try {
    requireHooks({ ...plan, rows: [{ ...row, choice: undefined }] })
    return false
  } catch (error) {
    if (error instanceof StartupError) return true
    throw error
  }
}

function ok(name: string, found: string): Condition {
  return { name, state: 'ok', found, remedy: '' }
}

function less(name: string, found: string, remedy: string): Condition {
  return { name, state: 'less', found, remedy }
}

function missing(name: string, found: string, remedy: string): Condition {
  return { name, state: 'missing', found, remedy }
}
