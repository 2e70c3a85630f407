/** https://dev.mysql.com/doc/dev/mysql-server/latest/my__command_8h.html */
export const Command = {
  quit: 0x01,
  initDb: 0x02,
  query: 0x03,
  fieldList: 0x04,
  statistics: 0x09,
  changeUser: 0x11,
  binlogDump: 0x12,
  stmtPrepare: 0x16,
  stmtExecute: 0x17,
  stmtSendLongData: 0x18,
  stmtClose: 0x19,
  stmtReset: 0x1a,
  stmtFetch: 0x1c,
  binlogDumpGtid: 0x1e,
  resetConnection: 0x1f,
  /** Of MariaDB. */
  stmtBulkExecute: 0xfa,
  /** Ours: the handshake response, which has no number. */
  login: 0x100,
} as const

/** Names of operations, by command; those that are not here are not sent by clients. */
export const COMMAND_NAMES: readonly (string | undefined)[] = namesByNumber({
  1: 'QUIT',
  2: 'USE',
  3: 'QUERY',
  4: 'FIELD LIST',
  5: 'CREATE DATABASE',
  6: 'DROP DATABASE',
  7: 'REFRESH',
  8: 'SHUTDOWN',
  9: 'STATISTICS',
  10: 'PROCESS INFO',
  12: 'KILL',
  13: 'DEBUG',
  14: 'PING',
  17: 'CHANGE USER',
  18: 'BINLOG DUMP',
  19: 'TABLE DUMP',
  21: 'REGISTER REPLICA',
  22: 'PREPARE',
  23: 'EXECUTE',
  24: 'SEND LONG DATA',
  25: 'CLOSE',
  26: 'RESET',
  27: 'SET OPTION',
  28: 'FETCH',
  30: 'BINLOG DUMP',
  31: 'RESET CONNECTION',
  32: 'CLONE',
  250: 'EXECUTE',
  256: 'CONNECT',
})

/** To these a server answers nothing. */
export function isSilent(command: number): boolean {
  return (
    command === Command.quit ||
    command === Command.stmtClose ||
    command === Command.stmtSendLongData
  )
}

/** What users ask for: data, or a change of it. The rest is upkeep of the connection. */
export function isOperation(command: number): boolean {
  return (
    command === Command.query ||
    command === Command.stmtExecute ||
    command === Command.stmtBulkExecute ||
    command === Command.stmtFetch ||
    (command >= 0x05 && command <= 0x08) ||
    command === 0x0c
  )
}

/** From here on the server streams its log: no answers that could be told apart. */
export function isReplication(command: number): boolean {
  return command === Command.binlogDump || command === Command.binlogDumpGtid || command === 0x13
}

function namesByNumber(names: Readonly<Record<number, string>>): (string | undefined)[] {
  return Array.from({ length: 0x101 }, (_, number) => names[number])
}
