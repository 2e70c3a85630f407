import { readdirSync } from 'node:fs'
import type { Kernel } from '../../../src/loader/kernel.ts'

/** What the counters say is then about sockets with these ports, whatever else the host does. */
export function hookOnly(kernel: Kernel, firstPort: number, lastPort: number): void {
  // A client that is closed has port 0 (tcp_set_state).
  for (let port = 1; port < 65_536; port++) {
    kernel.portMarks.leaveAlone(port, port < firstPort || port > lastPort)
  }
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) kernel.ignored.add(Number(name)) // Unix sockets have no ports
  }
}
