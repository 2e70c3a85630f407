import { loadSession, SESSION_FOLDERS, sessionsOf } from '../exchanges/session.ts'

/** Folders of sessions, without those whose name begins so. */
export function foldersBut(prefix: string): string[] {
  return SESSION_FOLDERS.filter((folder) => !folder.startsWith(prefix))
}

/** Every piece that crossed in the sessions of a folder, from each of its first bytes on. */
export function allSessions(folder: string): Buffer[] {
  return sessionsOf(folder)
    .flatMap((name) => loadSession(folder, name).connections.flat())
    .flatMap(({ bytes }) => [bytes, bytes.subarray(1), bytes.subarray(4), bytes.subarray(9)])
}
