import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
// @ts-expect-error plain JavaScript: it runs before the build
import { findLibbpf } from '../../../src/cli/libbpf.mjs'
import { installedPackages } from '../installed-packages.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** Where the checkout lies in the guest. */
const HOME = '/underspan'
const BUSYBOX = '/bin/busybox'
const PYTHON = '/usr/bin/python3'
/** Names the modules that the servers use, and codecs that Python loads only when it meets them. */
const PYTHON_FILES = `
import sys, asyncio, http.client, http.server, random, selectors, socketserver, struct, threading
import encodings.ascii, encodings.idna, encodings.latin_1
for module in list(sys.modules.values()):
    for path in (getattr(module, '__file__', None), getattr(module, '__cached__', None)):
        if path: print(path)
`
const FOLDERS = ['proc', 'sys', 'dev', 'tmp', 'run', 'root', 'sbin', 'usr/bin', 'usr/sbin']
/** Of the checkout; what the agent runs with comes with it. */
const PARTS = ['dist', 'package.json', 'bpf/underspan.bpf.o', 'test/apps', 'test/support/guest']
const LEFT_OUT = /\.(md|map|ts|mts|cts)$|\/(build\/es\w+|musl_x64)(\/|$)/

/** Mounts what programs expect, plays the scenes, and ends. Results go out by the second serial port. */
const INIT = `#!/bin/sh
${BUSYBOX} --install -s
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tracefs tracefs /sys/kernel/tracing
ip link set lo up
for module in /modules/*; do insmod "$module"; done
ulimit -n 65536
cd ${HOME}
node test/support/guest/inside.mjs /scenes.json < /dev/null > /dev/ttyS1
echo "the scenes ended with $?"
poweroff -f
`

export interface GuestKernel {
  readonly image: string
  /** In the order in which they load. */
  readonly modules: readonly string[]
  readonly release: string
}

/**
 * The guest's files, from what is on this machine, as an archive that a kernel unpacks into memory:
 * Node with the built agent, Python with what the servers import, busybox around them.
 */
export function makeImage(target: string, kernel: GuestKernel, scenes: unknown): void {
  const tree = mkdtempSync(join(tmpdir(), 'underspan-guest-'))
  try {
    const files = new Files(tree)
    for (const folder of FOLDERS) files.folder(folder)
    files.add(BUSYBOX)
    files.add(BUSYBOX, '/bin/sh')
    files.program(process.execPath, '/bin/node')
    files.program(PYTHON, PYTHON)
    for (const path of [libbpf(), ...pythonFiles()]) files.withLibraries(path)
    for (const path of [...PARTS, ...installedPackages(ROOT)])
      files.tree(join(ROOT, path), join(HOME, path))
    kernel.modules.forEach((path, i) => {
      files.add(path, `/modules/${i}-${basename(path)}`)
    })
    files.text('/scenes.json', JSON.stringify(scenes))
    files.text('/init', INIT, 0o755)
    run(['sh', '-c', `cd "$0" && find . | ${BUSYBOX} cpio -o -H newc > "$1"`, tree, target])
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

class Files {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  folder(path: string): void {
    mkdirSync(join(this.#root, path), { recursive: true })
  }

  text(path: string, text: string, mode = 0o644): void {
    writeFileSync(join(this.#root, path), text, { mode })
  }

  add(from: string, to = from): void {
    const target = join(this.#root, to)
    if (existsSync(target)) return
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(from, target)
  }

  program(from: string, to: string): void {
    this.add(realpathSync(from), to)
    chmodSync(join(this.#root, to), 0o755)
    for (const path of librariesOf(from)) this.add(path)
  }

  /** With what it is linked against, if it is a program's code. */
  withLibraries(path: string): void {
    this.add(path)
    if (/\.so(\.|$)/.test(path)) for (const other of librariesOf(path)) this.add(other)
  }

  tree(from: string, to: string): void {
    cpSync(from, join(this.#root, to), {
      recursive: true,
      dereference: true,
      filter: (name) => !LEFT_OUT.test(name),
    })
  }
}

function libbpf(): string {
  const found = findLibbpf() as string | undefined
  if (found === undefined) throw new Error('no libbpf on this machine')
  return found
}

function pythonFiles(): string[] {
  return run([PYTHON, '-I', '-c', PYTHON_FILES]).split('\n').filter(existsSync)
}

function librariesOf(path: string): string[] {
  const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' })
  return [...stdout.matchAll(/(\/\S+)(?= \(0x)/g)].map(([found]) => found)
}

function run([program, ...args]: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program!, args, {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
  if (error || status !== 0) throw new Error(`${program}: ${error?.message ?? stderr.slice(-2000)}`)
  return stdout
}
