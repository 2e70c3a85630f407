import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { compiledC } from '../support/compiled.ts'

const TALK = join(import.meta.dirname, '../kernel/programs/talk.c')

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
  static async start(transport: 'tcp' | 'unix' | 'udp', cpu: number): Promise<Talker> {
    const command = ['-c', String(cpu), compiledC(TALK), transport]
    const talker = new Talker(spawn('taskset', command))
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
