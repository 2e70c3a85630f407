import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installedPackages } from '../../test/support/installed-packages.ts'

const ROOT = join(import.meta.dirname, '../..')
const PARTS = ['dist', 'package.json', 'bpf/underspan.bpf.o']
/** Types, sources, and modules of the kind that the agent does not load. */
const LEFT_OUT = /\.(md|map|ts|mts|cts)$|\/(build\/es\w+|musl_x64)(\/|$)/
const COPY = {
  recursive: true,
  dereference: true,
  filter: (name: string) => !LEFT_OUT.test(name),
}
const CODE = /\.(m|c)?js$|\.json$|\.o$|\.node$/

/** A copy of the agent as a package manager installs it, with the packages that it runs with. */
export class InstalledAgent {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
    this.install()
  }

  get main(): string {
    return join(this.folder, 'dist/cli/main.js')
  }

  install(): void {
    for (const path of [...PARTS, ...installedPackages(ROOT)])
      cpSync(join(ROOT, path), join(this.folder, path), COPY)
  }

  /** Every file is another now, as in an upgrade; none of these can be used. */
  spoil(): number {
    const paths = readdirSync(this.folder, { recursive: true, encoding: 'utf8' })
    const files = paths.filter((path) => CODE.test(path))
    for (const path of files) {
      rmSync(join(this.folder, path)) // the running agent keeps what it has mapped
      writeFileSync(join(this.folder, path), 'this is of another version')
    }
    return files.length
  }
}
