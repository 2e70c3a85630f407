import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stage } from './apps.ts'
import { eventually, finish, Program } from './program.ts'

const RECORDS = [
  'address=/web.test/127.0.0.7',
  'address=/web.test/::7',
  'host-record=real.test,127.0.0.8,600',
  'cname=alias.test,real.test',
  'mx-host=real.test,mail.real.test,10',
  ...['a', 'b', 'c', 'd'].map((letter) => `txt-record=big.test,${letter.repeat(200)}`),
  'local=/test/',
]

/** A network of its own, with a name server on port 53 that knows a few names below `test`. */
export class NamedNetwork {
  static readonly SERVER = '127.0.0.1'
  readonly #name: string
  #resolver = ''

  constructor(name: string) {
    this.#name = name
  }

  async start(stage: Stage): Promise<Program> {
    const folder = stage.folder()
    this.#resolver = join(folder, 'resolv.conf')
    writeFileSync(this.#resolver, `nameserver ${NamedNetwork.SERVER}\noptions timeout:2\n`)
    const settings = join(folder, 'dnsmasq.conf')
    const lines = ['no-resolv', 'no-hosts', 'bind-interfaces', 'user=root', ...RECORDS]
    writeFileSync(settings, `${lines.join('\n')}\nlisten-address=${NamedNetwork.SERVER}\n`)
    await finish(['sh', '-ec', `ip netns add ${this.#name}; ip -n ${this.#name} link set lo up`])
    const server = stage.program([
      ...this.inside(),
      ...['dnsmasq', '--keep-in-foreground', '--pid-file=', `--conf-file=${settings}`],
    ])
    const answers = async () => (await this.#dig('web.test')).includes('127.0.0.7')
    if (!(await eventually(answers, 10_000))) throw new Error(server.describe())
    return server
  }

  async stop(): Promise<void> {
    await new Program(['ip', 'netns', 'del', this.#name]).ended
  }

  /** Words before a command whose names are to be looked up there. */
  inside(): string[] {
    const bind = `mount --bind ${this.#resolver} /etc/resolv.conf; exec "$@"`
    return ['ip', 'netns', 'exec', this.#name, 'unshare', '--mount', 'sh', '-ec', bind, 'sh']
  }

  async #dig(name: string): Promise<string> {
    const dig = ['dig', '+short', '+tries=1', '+time=1', `@${NamedNetwork.SERVER}`, name]
    return finish([...this.inside(), ...dig]).catch(() => '')
  }
}
