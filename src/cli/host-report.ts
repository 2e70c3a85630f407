/** What `underspan check` found out about this machine, without changing anything. */
export interface HostReport {
  /** `Linux 6.18.5, x86_64, 2 CPUs`. */
  readonly system: string
  readonly conditions: readonly Condition[]
  readonly needs: readonly Need[]
  /** What the verifier took; none where something is missing. */
  readonly programs: readonly VerifiedProgram[]
}

export interface VerifiedProgram {
  readonly name: string
  /** Instructions that the verifier looked at; 0: the kernel does not say. */
  readonly verified: number
}

/** Something that has to be there: privileges, libbpf, BTF, limits. */
export interface Condition {
  readonly name: string
  /** `missing`: the agent cannot start; `less`: it starts and sees or does less. */
  readonly state: 'ok' | 'less' | 'missing'
  readonly found: string
  /** '' when there is nothing to do. */
  readonly remedy: string
}

/** A row of the hook plan. */
export interface Need {
  readonly name: string
  /** The agent cannot do without it. */
  readonly required: boolean
  readonly alternatives: readonly Alternative[]
}

export interface Alternative {
  readonly name: string
  readonly state: 'taken' | 'works' | 'refused'
  /** Why it was refused, or what it is. */
  readonly note: string
}

/** Nothing that is missing keeps the agent from starting. */
export function canRun(report: Pick<HostReport, 'conditions' | 'needs'>): boolean {
  const met = (need: Need) => need.alternatives.some(({ state }) => state === 'taken')
  return (
    report.conditions.every(({ state }) => state !== 'missing') &&
    report.needs.every((need) => !need.required || met(need))
  )
}
