import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const PROGRAMS = 'test/kernel/programs'

/** Compiled programs of test/kernel/programs, thrown away by `remove`. */
export class Programs {
  readonly #folder = mkdtempSync(join(tmpdir(), 'underspan-programs-'))

  compile(name: string): string {
    const executable = join(this.#folder, name)
    execFileSync('cc', ['-O1', '-pthread', `${PROGRAMS}/${name}.c`, '-o', executable])
    return executable
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }
}

/** programs/talk.c: one connection that says what it is told to. */
export class Talker {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  clientInode = 0
  serverInode = 0
  /** The server's. */
  port = 0
  clientPort = 0

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  /** On one CPU. */
  static async start(
    executable: string,
    transport: 'tcp' | 'unix' | 'udp',
    cpu: number,
  ): Promise<Talker> {
    const talker = new Talker(spawn('taskset', ['-c', String(cpu), executable, transport]))
    const [client, server, port, clientPort] = (await talker.#line()).split(' ').map(Number)
    talker.clientInode = client!
    talker.serverInode = server!
    talker.port = port!
    talker.clientPort = clientPort!
    return talker
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** The client sends `count` messages of `size` bytes; each is read before the next. */
  async send(count: number, size: number): Promise<void> {
    await this.#say(`${count} ${size}`)
  }

  async answer(count: number, size: number): Promise<void> {
    await this.#say(`answer ${count} ${size}`)
  }

  stop(): void {
    this.#child.stdin.end()
  }

  async #say(line: string): Promise<void> {
    this.#child.stdin.write(`${line}\n`)
    if ((await this.#line()) !== 'done') throw new Error('talk failed')
  }

  async #line(): Promise<string> {
    return (await this.#lines.next()).value ?? ''
  }
}
