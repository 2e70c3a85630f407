import { describe, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { EXPLANATION as explanation } from '../support/explanation.ts'

describe('explain', () => {
  test('prints hooks, sockets, the model with its rate, and what was not seen', async () => {
    const { code, out, err, calls } = await commandLine(['explain', '4711', '--seconds', '2'], {
      explanation,
    })
    expect(code).toBe(0)
    expect(calls[0]!.rest).toEqual([4711, expect.objectContaining({ seconds: 2 })])
    expect(err).toBe('watching process 4711 for 2 s; send it some requests\n')
    expect(out).toBe(`Process 4711: python3 shop.py
  service   shop (from its script)
  runtime   python CPython 3.11
  traced    yes

Hooks
  + sock_send_length: what it sends
  - SSL_read: it loads no libssl

Sockets
  127.0.0.1:8080 <- 127.0.0.1:40000 (server): http, 1 exchange
  127.0.0.1:50000 -> 127.0.0.1:5432 (client): not recognised; no request was recognised

Parents
  model thread: its threads block, one request each
  4 of 400 answers contradicted it (1.00 %); 2 more say nothing

Not seen
  2 connections that were open before
`)
  })

  test('says whether identities are read, births seen, and how many calls bear them out', async () => {
    const note = 'context objects are read; which is copied from which is seen'
    const { out } = await commandLine(['explain', '4711'], {
      explanation: {
        ...explanation,
        model: { name: 'identity', why: '1 of its 1 threads run a loop' },
        identity: { note, claimed: 199, unclaimed: 1 },
      },
    })
    expect(out).toContain(`Parents
  model identity: 1 of its 1 threads run a loop
  ${note}
  1 of 200 calls contradicted them (0.50 %): not one answer alone left under where they were made
  4 of 400 answers contradicted what threads and loops tell (1.00 %); 2 more say nothing
`)
  })

  test('asks for requests only when it can see them', async () => {
    const { err } = await commandLine(['explain', '4711'], {
      failure: new Error('no such process'),
    })
    expect(err).not.toContain('watching')
  })

  test('says so when there was nothing to see', async () => {
    const quiet = {
      ...explanation,
      process: { ...explanation.process, command: [], containerId: '8f3a' },
      leftOut: '--port 80 does not fit',
      sockets: [],
      answers: { confirmed: 0, contradicted: 0, unknown: 0 },
      unseen: [],
    }
    const { out } = await commandLine(['explain', '4711'], { explanation: quiet })
    expect(out).toContain('Process 4711: /usr/bin/python3.11\n')
    expect(out).toContain('  container 8f3a\n  traced    no: --port 80 does not fit\n')
    expect(out).toContain('Sockets\n  none moved a byte while it was watched\n')
    expect(out).toContain('no answer could be tested')
    expect(out).toContain('Not seen\n  nothing that we know of\n')
  })

  test('shows so many sockets, and how many more there are', async () => {
    const sockets = Array.from({ length: 100 }, () => explanation.sockets[0]!)
    const { out } = await commandLine(['explain', '1'], {
      explanation: { ...explanation, sockets },
    })
    expect(out).toContain('  and 60 more\n')
  })
})
