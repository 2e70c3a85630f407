// What a load generator sends.

export function get(path) {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`)
}

/** PostgreSQL 3.0, StartupMessage: no password is asked for. */
export function startup(user, database) {
  const words = Buffer.from(`user\0${user}\0database\0${database}\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(head.length + words.length, 0)
  head.writeInt32BE(196_608, 4)
  return Buffer.concat([head, words])
}

/** Query of the simple protocol. */
export function query(text) {
  const head = Buffer.alloc(5)
  head.write('Q')
  head.writeInt32BE(4 + text.length + 1, 1)
  return Buffer.concat([head, Buffer.from(`${text}\0`)])
}
