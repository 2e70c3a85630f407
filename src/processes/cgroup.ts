// Where a process stands in the control groups: which container, pod, systemd unit.
// https://man7.org/linux/man-pages/man7/cgroups.7.html

export interface Cgroup {
  readonly containerId: string
  readonly podUid: string
  /** Name of the innermost `.service`, escapes resolved; '' none. */
  readonly systemdUnit: string
}

/** Docker, containerd, CRI-O and podman name containers so. */
const LONG_ID = /^[0-9a-f]{64}$/
/** AWS Fargate: task and a number. */
const TASK_ID = /^[0-9a-f]{32}-\d+$/
/** Cloud Foundry: five groups. */
const GROUPED_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){4}$/
/** Pods that come from files on the node are named by a hash without dashes. */
const POD =
  /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})/

/** Containers are made by these; the process that watches over one is not in it. */
const WATCHER = /^(?:crio|libpod)-conmon-/

export function parseCgroup(text: string): Cgroup {
  let containerId = ''
  let podUid = ''
  let systemdUnit = ''
  for (const line of text.split('\n')) {
    const path = line.slice(line.indexOf(':', line.indexOf(':') + 1) + 1)
    if (!path.startsWith('/')) continue
    const parts = path.split('/')
    containerId ||= containerIn(parts)
    podUid ||= (POD.exec(path)?.[1] ?? '').replaceAll('_', '-')
    systemdUnit ||= unitIn(parts)
  }
  return { containerId, podUid, systemdUnit }
}

/** The innermost one: containers may hold containers. */
function containerIn(parts: readonly string[]): string {
  for (let i = parts.length - 1; i > 0; i--) {
    const part = parts[i] ?? ''
    if (WATCHER.test(part)) return ''
    const id = idOf(part)
    if (id !== '') return id
    const named = namedContainer(part, parts[i - 1] ?? '')
    if (named !== '') return named
  }
  return ''
}

/** `ID`, `docker-ID.scope`, `….slice:cri-containerd:ID`. */
function idOf(part: string): string {
  const name = part.endsWith('.scope') ? part.slice(0, -6) : part
  if (TASK_ID.test(name) || GROUPED_ID.test(name)) return name
  const cut = Math.max(name.lastIndexOf('-'), name.lastIndexOf(':')) + 1
  const id = name.slice(cut)
  return LONG_ID.test(id) ? id : ''
}

/** LXC and systemd-nspawn name containers as people do. */
function namedContainer(part: string, parent: string): string {
  if (parent === 'lxc') return part
  if (part.startsWith('lxc.payload.')) return part.slice(12)
  if (part.startsWith('systemd-nspawn@') && part.endsWith('.service')) return part.slice(15, -8)
  if (part.startsWith('machine-') && part.endsWith('.scope')) return unescapeUnit(part.slice(8, -6))
  return ''
}

function unitIn(parts: readonly string[]): string {
  for (let i = parts.length - 1; i > 0; i--) {
    const part = parts[i] ?? ''
    if (part.endsWith('.service')) return unescapeUnit(part)
    if (part.endsWith('.scope')) return ''
  }
  return ''
}

/** systemd writes unusual characters as `\x2d`. */
export function unescapeUnit(name: string): string {
  if (!name.includes('\\x')) return name
  return name.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/**
 * Seen from inside its own cgroup namespace a container's path is `/`: its id then only shows in
 * the files that the runtime mounted into it.
 */
export function containerInMounts(mountinfo: string): string {
  const at =
    /\/(?:docker\/containers|overlay-containers)\/([0-9a-f]{64})\//.exec(mountinfo) ??
    /\/containers\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf|userdata)/.exec(mountinfo)
  return at?.[1] ?? ''
}
