/** Which processes are traced. Empty lists mean: everything on this host. */
export interface Selection {
  readonly ports: readonly number[]
  readonly pids: readonly number[]
  /** Globs on the executable's path. */
  readonly executables: readonly string[]
  /** Globs on the whole command line. */
  readonly commands: readonly string[]
  /** Container ids (prefix) or names as found in the cgroup. */
  readonly containers: readonly string[]
}

/** The agent's settings: read once, frozen. Every field is a row of the table in options.ts. */
export interface Config {
  readonly hooks: 'auto' | 'socket' | 'syscall'
  /** Name under which this agent locks itself; several agents need several names. */
  readonly instance: string
  /** Bytes copied of each operation before the protocol is known (256 to 16384). */
  readonly payloadLimit: number
  readonly select: Selection
  readonly exclude: Selection
  /** Globs on the URL path of server requests that make no spans (health checks). */
  readonly excludePaths: readonly string[]
  /** Route templates, first match wins: `/cart/:id`. */
  readonly routes: readonly string[]
  /** `hide`: no query; `keys`: names with values hidden; `show`: as sent, known secrets hidden. */
  readonly urlQuery: 'hide' | 'keys' | 'show'
  /** `parameterised`: every literal replaced by `?`; `raw`: as sent. */
  readonly queryText: 'parameterised' | 'raw' | 'off'
  /** Show credentials and known secrets too. */
  readonly showSecrets: boolean
  readonly output: 'tree' | 'json' | 'none'
  /** `auto`: colour when the output is a terminal. NO_COLOR and FORCE_COLOR are honoured. */
  readonly color: 'auto' | 'always' | 'never'
  /** The terminal speaks UTF-8: LC_ALL, LC_CTYPE and LANG say so when nothing else does. */
  readonly unicode: boolean
  /** Server-sent events and other long responses are closed as a span after so long. */
  readonly streamLimitSeconds: number
  /** Open exchanges at most. */
  readonly maxOpenExchanges: number
  /** Cores that the agent may use before it keeps fewer traces; Infinity: no limit. */
  readonly cpuLimit: number
  /** BTF file instead of the kernel's own; '' none. */
  readonly btf: string
  /** libbpf to load; '' the system's libbpf.so.1. */
  readonly libbpf: string
  /** Print the counters every so many seconds; 0 never. */
  readonly statsSeconds: number
  /** Port on loopback for probes; 0 none. */
  readonly healthPort: number
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug'
  readonly otlp: {
    /** '' when no endpoint is set anywhere: then nothing is exported. The exporter reads all other OTEL_EXPORTER_OTLP_* itself. */
    readonly endpoint: string
  }
  /** Also count how long the requests of the traced services take. */
  readonly requestMetrics: boolean
  /** What the agent measures about itself. */
  readonly metrics: {
    /** '' nothing is sent. Where nothing else is said it is the endpoint of the spans. */
    readonly endpoint: string
    readonly intervalMs: number
    readonly timeoutMs: number
  }
  readonly traces: {
    readonly sampler:
      | 'always_on'
      | 'always_off'
      | 'traceidratio'
      | 'parentbased_always_on'
      | 'parentbased_always_off'
      | 'parentbased_traceidratio'
    readonly samplerArg: number
  }
  readonly batch: {
    /** Spans held while the collector is away. */
    readonly maxQueueSize: number
    readonly scheduleDelayMs: number
    readonly maxExportBatchSize: number
    readonly exportTimeoutMs: number
  }
  readonly resource: {
    /** OTEL_SERVICE_NAME: overrides what is found, for every process. '' none. */
    readonly serviceName: string
    /** Added to every resource. */
    readonly attributes: readonly { readonly name: string; readonly value: string }[]
  }
  readonly limits: {
    readonly attributeCount: number
    /** Characters of a string attribute; Infinity: no limit. */
    readonly attributeValueLength: number
  }
}
