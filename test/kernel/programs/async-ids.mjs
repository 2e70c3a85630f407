// Writes bytes as it is told, a line each: N bytes from what the loop has polled (`polled N`), from an
// immediate, from a timer. Says by which async id it ran, and by what that was triggered.
import { executionAsyncId, triggerAsyncId } from 'node:async_hooks'
import { connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'

const server = createServer((end) => end.resume()).listen(0, '127.0.0.1', () => {
  const socket = connect(server.address().port, '127.0.0.1', () => process.stdout.write('ready\n'))
  const write = (length) => {
    const ids = `${executionAsyncId()} ${triggerAsyncId()}`
    socket.write('x'.repeat(length), () => process.stdout.write(`${ids}\n`))
  }
  const ways = {
    polled: write,
    immediate: (length) => setImmediate(write, length),
    timer: (length) => setTimeout(write, 2, length),
  }
  createInterface({ input: process.stdin }).on('line', (line) => {
    const [way, length] = line.split(' ')
    ways[way](Number(length))
  })
  process.stdin.on('end', () => process.exit())
})
