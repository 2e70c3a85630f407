/** Values of `telemetry.sdk.language` we can tell from outside. */
export type Language =
  | 'cpp'
  | 'dotnet'
  | 'erlang'
  | 'go'
  | 'java'
  | 'nodejs'
  | 'php'
  | 'python'
  | 'ruby'
  | 'rust'
  | 'unknown'

/**
 * What a thread serves: `one` activity at a time; `segments` of activities that move between the
 * threads from wait to wait (Tokio); `many` at once that cannot be told apart (Go, .NET, BEAM,
 * virtual threads, fibers).
 */
export type ThreadServes = 'one' | 'segments' | 'many'

/** What is known of one traced process. Plain data: it goes into recordings as it is. */
export interface Process {
  readonly tgid: number
  /** Start of the group leader, CLOCK_MONOTONIC ns; together with tgid never reused. */
  readonly start: number
  readonly comm: string
  /** Path of the executable; '' when it was gone before it could be read. */
  readonly executable: string
  readonly command: readonly string[]
  readonly parent: number
  readonly user: string
  readonly language: Language
  /** e.g. `CPython 3.11`, `v20.20.2`; '' unknown. */
  readonly runtimeVersion: string
  readonly threadServes: ThreadServes
  readonly serviceName: string
  /** Where serviceName comes from. */
  readonly serviceNameFrom:
    | 'environment'
    | 'container'
    | 'systemd'
    | 'script'
    | 'executable'
    | 'comm'
  readonly serviceNamespace: string
  readonly containerId: string
  readonly podUid: string
  readonly systemdUnit: string
  /** OTEL_RESOURCE_ATTRIBUTES of the process itself. */
  readonly attributes: readonly { readonly name: string; readonly value: string }[]
}

/** Facts about processes: from /proc, or from a recording. */
export interface ProcessSource {
  /** Never throws; what cannot be read is left empty. Cached until `forget`. */
  of(tgid: number, start: number, comm: string): Process
  forget(tgid: number): void
}
