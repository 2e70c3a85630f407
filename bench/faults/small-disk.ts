import { mkdirSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stage } from '../../test/support/system/apps.ts'
import { finish } from '../../test/support/system/program.ts'

/** A disk of a few megabytes in memory, of which `filler` takes a part until it goes. */
export class SmallDisk {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async mount(stage: Stage, kilobytes: number): Promise<SmallDisk> {
    const folder = join(stage.folder(), 'disk')
    mkdirSync(folder)
    await finish(['mount', '-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder])
    return new SmallDisk(folder)
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  fill(kilobytes: number): void {
    writeFileSync(this.path('filler'), Buffer.alloc(kilobytes * 1024))
  }

  /** Less than a page is left. */
  get isFull(): boolean {
    return statfsSync(this.folder).bavail === 0
  }

  makeRoom(): void {
    rmSync(this.path('filler'))
  }

  async unmount(): Promise<void> {
    await finish(['umount', this.folder])
    rmdirSync(this.folder)
  }
}
