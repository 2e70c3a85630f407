import { expect, test } from 'vitest'
import { protocolsDocument } from '../../src/protocols/document.ts'
import { PROTOCOLS } from '../../src/protocols/registry.ts'
import { named } from './sessions-by-protocol.ts'

test('docs/protocols.md is what the protocols say of themselves', async () => {
  await expect(protocolsDocument()).toMatchFileSnapshot('../../docs/protocols.md')
})

test.each(PROTOCOLS.map((protocol) => [named(protocol), protocol] as const))(
  '%s says what it reads, what it hides and where it ends',
  (_name, { about }) => {
    expect(about?.title).toMatch(/^\S.*\S$/)
    expect(about?.link).toMatch(/^https:\/\/\S+$/)
    for (const points of [about?.reads, about?.hides, about?.limits]) {
      expect(points?.length).toBeGreaterThan(0)
      for (const point of points ?? []) expect(point).toMatch(/^[^\n]*[^\n.]$/)
    }
  },
)
