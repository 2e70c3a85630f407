import { fstatSync, writeSync } from 'node:fs'

const STDERR = 2

/**
 * What the agent has to say. It must not end for it: what a full disk does not take is not said, nor
 * what nobody reads any more. Node's stream for a file is closed by its first error for good.
 */
export function standardError(fd = STDERR): (text: string) => void {
  if (isFile(fd)) return (text) => writeIfRoom(fd, text)
  process.stderr.on('error', () => {})
  return (text) => void process.stderr.write(text)
}

function writeIfRoom(fd: number, text: string): void {
  const bytes = Buffer.from(text)
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
  } catch {
    // there is no other place to say it
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile()
  } catch {
    return false // closed by whoever started the agent
  }
}
