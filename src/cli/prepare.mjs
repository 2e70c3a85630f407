// What `npm start` does before the agent runs: packages, libbpf, build; each only if it is missing.
// Everything it says and everything its programs say goes to standard error: standard output
// belongs to the agent.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findLibbpf, installLibbpf } from './libbpf.mjs'

/** Its time is that of the sources it was made from. */
const STAMP = '.built'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Commands that touch the kernel; all others run for anyone, anywhere. */
const KERNEL_COMMANDS = ['run', 'check', 'record', 'explain']

/** The operator can fix it: shown without a stack, exit code 2. */
export class PrepareError extends Error {
  constructor(message, remedy) {
    super(message)
    this.remedy = remedy
  }
}

/** In this process: signals reach the agent itself, and its exit code is ours. */
export async function startAgent(args) {
  const needs = needsOf(args)
  if (needs.root) requireRoot(process.getuid?.() ?? 0)
  ensurePackages(ROOT)
  if (needs.libbpf && findLibbpf() === undefined) installLibbpf(run, say)
  ensureBuilt(ROOT)
  const main = join(ROOT, 'dist/cli/main.js')
  process.argv.splice(1, process.argv.length - 1, main, ...args)
  await import(pathToFileURL(main).href)
}

/** What these arguments ask of the machine. */
export function needsOf(args, env = process.env) {
  const command = args.find((arg) => !arg.startsWith('-') && KERNEL_COMMANDS.includes(arg)) ?? 'run'
  const other = args.some((arg) =>
    ['--help', '-h', '--version', '-V', 'help', 'replay'].includes(arg),
  )
  const ownLibbpf = Boolean(env.UNDERSPAN_LIBBPF) || args.some((arg) => /^--libbpf(=|$)/.test(arg))
  // `check` says itself what is missing: that is what it is for.
  const touches = !other && command !== 'check'
  return { root: touches, libbpf: touches && !ownLibbpf }
}

function requireRoot(uid) {
  if (uid === 0) return
  throw new PrepareError(
    'eBPF programs are loaded by root only, and this is another user.',
    'run `sudo npm start`; `underspan replay` and `--help` need no root.',
  )
}

/** `npm ci`, if a package is missing or of another version than package.json pins. */
export function ensurePackages(root, runProgram = run) {
  const missing = missingPackages(root)
  if (missing.length === 0) return
  say(`installing npm packages (${missing.length} missing, ${missing[0]} first): npm ci`)
  const npm = process.env.npm_execpath
  const command = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm']
  const status = runProgram(
    [...command, 'ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev'],
    root,
  )
  if (status !== 0) {
    throw new PrepareError(
      `npm ci failed (exit code ${status}).`,
      'read what it says above; without a network, copy node_modules from another machine.',
    )
  }
}

/** All of them: the agent is built where it runs, and tests run with the same packages. */
export function missingPackages(root) {
  const { dependencies, devDependencies } = readJson(join(root, 'package.json'))
  const installed = (name) => readJson(join(root, 'node_modules', name, 'package.json'))?.version
  return Object.entries({ ...dependencies, ...devDependencies })
    .filter(([name, version]) => installed(name) !== version)
    .map(([name]) => name)
}

/**
 * Compiles src/ to dist/, if a source is newer than the last build. Built apart and put in its place
 * whole: another `npm start` may be running from there.
 */
export function ensureBuilt(root, runProgram = run) {
  const dist = join(root, 'dist')
  if (modified(join(dist, STAMP)) > newestSource(root)) return
  say('building: tsc')
  const apart = join(root, `node_modules/.underspan-build-${process.pid}`)
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const startedAt = new Date()
  const args = [compiler, '-p', 'tsconfig.build.json', '--outDir', apart]
  const status = runProgram([process.execPath, ...args], root)
  if (status !== 0) {
    rmSync(apart, { recursive: true, force: true })
    throw new PrepareError(
      `the build failed (exit code ${status}).`,
      'undo local changes under src/, or report it with the lines above.',
    )
  }
  writeFileSync(join(apart, STAMP), '')
  utimesSync(join(apart, STAMP), startedAt, startedAt) // what changed while it ran is built again
  if (existsSync(dist)) renameSync(dist, `${apart}-old`)
  renameSync(apart, dist)
  rmSync(`${apart}-old`, { recursive: true, force: true })
}

function newestSource(root) {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('src', name))
  const all = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'src', ...sources]
  const folders = new Set(sources.map(dirname))
  return Math.max(...[...all, ...folders].map((name) => modified(join(root, name))))
}

/** Milliseconds since 1970, 0 when there is no such file. */
function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

export function say(text) {
  process.stderr.write(`underspan: ${text}\n`)
}

/** Runs a program to its end and gives its exit code. */
export function run(command, cwd = ROOT, env = process.env) {
  const [program, ...args] = command
  const result = spawnSync(program, args, { cwd, env, stdio: ['ignore', 2, 2] })
  if (result.error) {
    throw new PrepareError(
      `${program} could not be started: ${result.error.message}`,
      `install ${program}, and see that it is in PATH.`,
    )
  }
  return result.status ?? 1
}
