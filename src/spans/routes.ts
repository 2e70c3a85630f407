import { RoutePatterns } from './route-patterns.ts'
import { RouteTree } from './route-tree.ts'

/** Services whose routes are learned apart; more than that share what they learn. */
const MAX_SERVICES = 1000
const LONGEST_PATH = 2048

/** The route of a path: as the user's templates say, else learned per service. */
export class Routes {
  readonly #patterns: RoutePatterns
  readonly #services = new Map<string, RouteTree>()
  readonly #shared = new RouteTree()

  constructor(templates: readonly string[]) {
    this.#patterns = new RoutePatterns(templates)
  }

  route(service: string, path: string): string {
    const bare = withoutQuery(path)
    if (!bare.startsWith('/')) return '*'
    if (!this.#patterns.empty) {
      const template = this.#patterns.match(bare)
      if (template !== undefined) return template
    }
    return this.#treeOf(service).route(bare)
  }

  #treeOf(service: string): RouteTree {
    const known = this.#services.get(service)
    if (known) return known
    if (this.#services.size >= MAX_SERVICES) return this.#shared
    const tree = new RouteTree()
    this.#services.set(service, tree)
    return tree
  }
}

function withoutQuery(path: string): string {
  const at = path.indexOf('?')
  const bare = at < 0 ? path : path.slice(0, at)
  return bare.length > LONGEST_PATH ? bare.slice(0, LONGEST_PATH) : bare
}
