/** https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html */
export const Capability = {
  /** MariaDB clears it, where MySQL has CLIENT_LONG_PASSWORD. */
  clientMysql: 1 << 0,
  connectWithDb: 1 << 3,
  compress: 1 << 5,
  protocol41: 1 << 9,
  ssl: 1 << 11,
  secureConnection: 1 << 15,
  pluginAuthLenenc: 1 << 21,
  deprecateEof: 1 << 24,
  optionalMetadata: 1 << 25,
  zstd: 1 << 26,
} as const

/** SERVER_STATUS_flags_enum. */
export const Status = {
  moreResults: 0x0008,
  cursorExists: 0x0040,
  sessionStateChanged: 0x4000,
} as const
