import { readFileSync, statSync } from 'node:fs'
import type { Environment } from './environment.ts'
import { baseName } from './program.ts'

/** What people call a container, and what it belongs to (compose project, Kubernetes namespace). */
export interface ContainerName {
  readonly name: string
  readonly namespace: string
}

const NONE: ContainerName = { name: '', namespace: '' }
const MAX_FILE = 1 << 20
const MAX_CACHED = 4096

/** Where the runtimes of this host describe the container ID, and how to read that. */
const DESCRIPTIONS: readonly [path: string, read: (json: Json, id: string) => ContainerName][] = [
  ['/var/lib/docker/containers/ID/config.v2.json', fromDocker],
  ['/run/containerd/io.containerd.runtime.v2.task/k8s.io/ID/config.json', fromAnnotations],
  ['/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/ID/config.json', fromAnnotations],
  ['/run/containerd/io.containerd.runtime.v2.task/default/ID/config.json', fromAnnotations],
  ['/run/containers/storage/overlay-containers/ID/userdata/config.json', fromAnnotations],
  ['/var/lib/containers/storage/overlay-containers/containers.json', fromPodman],
]

type Json = Record<string, unknown>

/** Names of containers, as far as the files of their runtime can be read. */
export class ContainerNames {
  readonly #root: string
  readonly #known = new Map<string, ContainerName>()

  /** `root` is put before each path; tests have their own. */
  constructor(root = '') {
    this.#root = root
  }

  /** Empty when unknown: then the host name may tell. */
  nameOf(containerId: string): ContainerName {
    if (!/^[0-9a-f-]{32,}$/.test(containerId)) return NONE
    const known = this.#known.get(containerId)
    if (known) return known
    const name = this.#find(containerId)
    if (this.#known.size >= MAX_CACHED) this.#known.clear()
    this.#known.set(containerId, name)
    return name
  }

  #find(id: string): ContainerName {
    for (const [path, read] of DESCRIPTIONS) {
      const json = readJson(this.#root + path.replace('ID', id))
      const name = json ? read(json, id) : NONE
      if (name.name !== '') return name
    }
    return NONE
  }
}

function readJson(path: string): Json | undefined {
  try {
    if (statSync(path).size > MAX_FILE) return undefined
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof parsed === 'object' && parsed !== null ? (parsed as Json) : undefined
  } catch {
    return undefined // another runtime, or not permitted
  }
}

function fromDocker(json: Json): ContainerName {
  const labels = part(part(json, 'Config'), 'Labels')
  return {
    name:
      text(labels, 'com.docker.compose.service') ||
      text(labels, 'io.kubernetes.container.name') ||
      baseName(text(json, 'Name')),
    namespace:
      text(labels, 'com.docker.compose.project') || text(labels, 'io.kubernetes.pod.namespace'),
  }
}

/** OCI runtime configuration: containerd, CRI-O and nerdctl leave names in the annotations. */
function fromAnnotations(json: Json): ContainerName {
  const annotations = part(json, 'annotations')
  return {
    name:
      text(annotations, 'io.kubernetes.cri.container-name') ||
      text(annotations, 'io.kubernetes.container.name') ||
      text(annotations, 'nerdctl/name'),
    namespace:
      text(annotations, 'io.kubernetes.cri.sandbox-namespace') ||
      text(annotations, 'io.kubernetes.pod.namespace'),
  }
}

function fromPodman(json: Json, id: string): ContainerName {
  const entries = Array.isArray(json) ? (json as Json[]) : []
  const names = entries.find((entry) => entry?.id === id)?.names
  const first: unknown = Array.isArray(names) ? names[0] : undefined
  return typeof first === 'string' ? { name: first, namespace: '' } : NONE
}

function part(json: Json | undefined, name: string): Json | undefined {
  const value = json?.[name]
  return typeof value === 'object' && value !== null ? (value as Json) : undefined
}

function text(json: Json | undefined, name: string): string {
  const value = json?.[name]
  return typeof value === 'string' ? value : ''
}

/** Letters and digits that Kubernetes makes random names of: no vowels, nothing alike. */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]'
const DEPLOYMENT = new RegExp(`^(.+)-${RANDOM}{6,10}-${RANDOM}{5}$`)
const DAEMON_SET = new RegExp(`^(.+)-${RANDOM}{5}$`)
const STATEFUL_SET = /^(.+)-\d+$/

/**
 * The service behind a container's host name: a pod is called after its workload, a container made
 * by hand after itself. '' for names that are the container's id.
 */
export function nameOfHost(environment: Environment, containerId: string, isPod: boolean): string {
  const host = (environment.get('HOSTNAME') ?? '').trim()
  if (host === '' || containerId.startsWith(host) || /^[0-9a-f]{12}$/.test(host)) return ''
  if (!isPod) return host
  const workload = DEPLOYMENT.exec(host) ?? DAEMON_SET.exec(host) ?? STATEFUL_SET.exec(host)
  return workload?.[1] ?? host
}
