const UNITS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
}

/** Milliseconds of a grpc-timeout: at most eight digits and a unit; undefined if it is none. */
export function timeoutMs(text: string): number | undefined {
  const found = /^(\d{1,8})([HMSmun])$/.exec(text)
  return found ? Number(found[1]) * UNITS[found[2]!]! : undefined
}
