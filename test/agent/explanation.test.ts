import { expect, test } from 'vitest'
import { explainIdentity } from '../../src/agent/explanation.ts'

test('a process of another runtime has no identity to explain', () => {
  expect(explainIdentity(undefined, undefined, undefined)).toBeUndefined()
})

test('an identity that is read is explained with whether births are seen, and what calls told', () => {
  const model = { claimed: 7, unclaimed: 2 }
  expect(explainIdentity('found', 'seen', model)).toEqual({
    note: 'context objects are read; which is copied from which is seen (gather, to_thread)',
    claimed: 7,
    unclaimed: 2,
  })
  for (const births of ['functions-unknown', 'refused', 'no-room'] as const)
    expect(explainIdentity('found', births, model)?.note).toMatch(
      / is not seen \(gather, to_thread\): \w/,
    )
})

test('one that is not read says why, and nothing of births', () => {
  const { note } = explainIdentity('version-unsupported', undefined, undefined)!
  expect(note).toBe(
    'context objects are not read: this version is not known (CPython 3.8 to 3.13 and Node 20 to 24 are)',
  )
})
