import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('how the heap grows is said before anything else is loaded, whatever way the agent is started', () => {
  const main = readFileSync(new URL('../../src/cli/main.ts', import.meta.url), 'utf8')
  expect(/^import .*$/m.exec(main)?.[0]).toBe("import './heap.ts'")
})
