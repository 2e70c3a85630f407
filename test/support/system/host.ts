import { finish, Program } from './program.ts'

/**
 * Two hosts behind a router that hides both: the client's address is masqueraded, the server's
 * port is reached as port 8080 of the router.
 */
export class NatNetwork {
  static readonly ROUTER_PORT = 8080
  readonly client: string
  readonly router: string
  readonly server: string
  readonly routerAddress = '10.231.1.1'
  readonly serverAddress = '10.231.2.2'
  readonly serverPort = 9000

  constructor(prefix: string) {
    this.client = `${prefix}c`
    this.router = `${prefix}r`
    this.server = `${prefix}s`
  }

  async start(): Promise<void> {
    await this.#run(`
      ip netns add ${this.client}
      ip netns add ${this.router}
      ip netns add ${this.server}
      ip link add near netns ${this.client} type veth peer name inner netns ${this.router}
      ip link add near netns ${this.server} type veth peer name outer netns ${this.router}
      ip -n ${this.client} addr add 10.231.1.2/24 dev near
      ip -n ${this.router} addr add ${this.routerAddress}/24 dev inner
      ip -n ${this.router} addr add 10.231.2.1/24 dev outer
      ip -n ${this.server} addr add ${this.serverAddress}/24 dev near
      for name in ${this.client} ${this.router} ${this.server}; do ip -n $name link set lo up; done
      ip -n ${this.client} link set near up
      ip -n ${this.server} link set near up
      ip -n ${this.router} link set inner up
      ip -n ${this.router} link set outer up
      ip netns exec ${this.router} sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
      ip netns exec ${this.router} iptables -t nat -A POSTROUTING -o outer -j MASQUERADE
      ip netns exec ${this.router} iptables -t nat -A PREROUTING -i inner -p tcp \\
        --dport ${NatNetwork.ROUTER_PORT} -j DNAT \\
        --to-destination ${this.serverAddress}:${this.serverPort}
    `)
  }

  /** The veth pairs go with their namespaces. */
  async stop(): Promise<void> {
    for (const name of [this.client, this.router, this.server])
      await new Program(['ip', 'netns', 'del', name]).ended
  }

  inClient(): string[] {
    return ['ip', 'netns', 'exec', this.client]
  }

  inServer(): string[] {
    return ['ip', 'netns', 'exec', this.server]
  }

  async #run(script: string): Promise<void> {
    await finish(['sh', '-ec', script])
  }
}

/** Every eBPF program, map and link that the kernel holds, as `prog 17`. */
export async function bpfObjects(): Promise<string[]> {
  const kinds = ['prog', 'map', 'link']
  return (await Promise.all(kinds.map(idsOf))).flat()
}

async function idsOf(kind: string): Promise<string[]> {
  const listed: unknown = JSON.parse(await finish(['bpftool', '-j', kind, 'list']))
  if (!Array.isArray(listed)) return [] // bpftool prints an object when there are none
  return listed.map(({ id }: { id: number }) => `${kind} ${id}`)
}
