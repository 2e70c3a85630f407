import { isVariable } from './variable-segment.ts'

const VARIABLE = '{id}'
const REST = '/*'

/** Different names at one place of the paths, after which most of them are taken for values. */
const MAX_NAMES = 50
/** Names that are seen often stay names even so: this share of all that came by, and so many. */
const STEADY_SHARE = 0.02
const STEADY_COUNT = 10

const MAX_ROUTES = 300
/** Of the form `/name/*`, once there are too many others. */
const MAX_REST_ROUTES = 50
const MAX_NODES = 5000
const MAX_DEPTH = 12

class Node {
  readonly names = new Map<string, Node>()
  variable: Node | undefined = undefined
  /** Takes no new names. */
  full = false
  /** Paths that came by or ended here, those answered from `known` left out until they are added. */
  hits = 0
}

interface Known {
  readonly route: string
  hits: number
}

/** The routes of one service, learned from its paths: a bounded number, whatever comes. */
export class RouteTree {
  readonly #root = new Node()
  readonly #routes = new Set<string>()
  /** Paths without a variable part. */
  readonly #known = new Map<string, Known>()
  #nodes = 1
  #restRoutes = 0

  /** `path` begins with a slash. */
  route(path: string): string {
    const known = this.#known.get(path)
    if (known) {
      known.hits++
      return known.route
    }
    const route = this.#bounded(this.#learn(path))
    if (route === path && this.#known.size < MAX_ROUTES) this.#known.set(path, { route, hits: 0 })
    return route
  }

  #learn(path: string): string {
    let node = this.#root
    let route = ''
    let depth = 0
    node.hits++
    for (let at = 1; at < path.length; ) {
      const slash = path.indexOf('/', at)
      const end = slash < 0 ? path.length : slash
      const segment = withoutParameters(path.slice(at, end))
      at = end + 1
      if (segment === '') continue
      if (depth++ === MAX_DEPTH || this.#nodes >= MAX_NODES) return route + REST
      const named = isVariable(segment) ? undefined : this.#named(node, segment)
      route += named ? `/${segment}` : `/${VARIABLE}`
      node = named ?? this.#variable(node)
      node.hits++
    }
    return path.endsWith('/') || route === '' ? `${route}/` : route
  }

  #named(node: Node, segment: string): Node | undefined {
    const known = node.names.get(segment)
    if (known) return known
    if (!node.full && node.names.size >= MAX_NAMES) this.#collapse(node)
    if (node.full) return undefined
    const made = new Node()
    node.names.set(segment, made)
    this.#nodes++
    return made
  }

  #variable(node: Node): Node {
    if (!node.variable) {
      node.variable = new Node()
      this.#nodes++
    }
    return node.variable
  }

  /** Names seen rarely were values. What was learned below them is learned again. */
  #collapse(node: Node): void {
    this.#addKnownHits()
    const steady = Math.max(STEADY_COUNT, node.hits * STEADY_SHARE)
    for (const [name, child] of node.names) if (child.hits < steady) node.names.delete(name)
    node.full = true
  }

  #addKnownHits(): void {
    for (const [path, { hits }] of this.#known) {
      let node: Node | undefined = this.#root
      node.hits += hits
      for (const segment of path.split('/')) {
        if (segment === '') continue
        node = node?.names.get(withoutParameters(segment))
        if (node) node.hits += hits
      }
    }
    this.#known.clear()
  }

  #bounded(route: string): string {
    if (this.#routes.has(route)) return route
    if (this.#routes.size - this.#restRoutes < MAX_ROUTES) {
      this.#routes.add(route)
      return route
    }
    return this.#rest(route)
  }

  /** The longest known beginning, or the first name. */
  #rest(route: string): string {
    for (let at = route.lastIndexOf('/'); at > 0; at = route.lastIndexOf('/', at - 1)) {
      const beginning = route.slice(0, at) + REST
      if (this.#routes.has(beginning)) return beginning
    }
    const second = route.indexOf('/', 1)
    if (second < 0 || this.#restRoutes >= MAX_REST_ROUTES) return REST
    const first = route.slice(0, second) + REST
    this.#routes.add(first)
    this.#restRoutes++
    return first
  }
}

/** `cart;jsessionid=…` is `cart`: RFC 3986, section 3.3. */
function withoutParameters(segment: string): string {
  const at = segment.indexOf(';')
  return at < 0 ? segment : segment.slice(0, at)
}
