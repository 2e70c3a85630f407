import type { Protocol } from '../../src/protocols/protocol.ts'
import { PROTOCOLS } from '../../src/protocols/registry.ts'
import { loadSession, SESSION_FOLDERS, type Session, sessionsOf } from '../exchanges/session.ts'

/** Sessions of this folder may begin in another protocol, and change to their own. */
const BEGIN_AS: Readonly<Record<string, string>> = { http2: 'http1' }

/** A recorded session, and the protocols that it may be taken for. */
export interface Recorded {
  readonly name: string
  readonly session: Session
  /** Of src/protocols/FOLDER, named as the folder of test/fixtures. */
  readonly own: readonly Protocol[]
}

async function registered(folder: string): Promise<Protocol[]> {
  const exported = Object.values<unknown>(await import(`../../src/protocols/${folder}/index.ts`))
  const found = PROTOCOLS.filter((protocol) => exported.includes(protocol))
  const other = BEGIN_AS[folder]
  return other === undefined ? found : [...found, ...(await registered(other))]
}

async function recordedIn(folder: string): Promise<Recorded[]> {
  const own = await registered(folder)
  return sessionsOf(folder).map((name) => ({
    name: `${folder}/${name}`,
    session: loadSession(folder, name),
    own,
  }))
}

export const RECORDED: readonly Recorded[] = (
  await Promise.all(SESSION_FOLDERS.map(recordedIn))
).flat()

/** Protocols that are tried where this one may be. */
export function others({ own, session }: Recorded): Protocol[] {
  const { datagrams } = session
  return PROTOCOLS.filter(
    (protocol) => !own.includes(protocol) && isDatagram(protocol) === datagrams,
  )
}

export function isDatagram({ carriedBy }: Protocol): boolean {
  return carriedBy === 'datagram'
}

/** As it is told in the name of a test. */
export function named(protocol: Protocol): string {
  return `${PROTOCOLS.indexOf(protocol) + 1} ${protocol.name}`
}
