import { describe, expect, test } from 'vitest'
import { Dialog } from './dialog.ts'
import {
  added,
  call,
  data,
  frame,
  GET,
  headers,
  indexed,
  literals,
  OK,
  PREFACE,
  reset,
  SETTINGS,
  SETTINGS_ACK,
  setting,
} from './frames.ts'

const ASK = literals(GET)
const ANSWER = literals(OK)
const TRAILERS = literals([['grpc-status', '0']])

function join(...frames: Uint8Array[]): Buffer {
  return Buffer.concat(frames)
}

describe('a connection', () => {
  test('begins with preface and settings, cut anywhere', () => {
    const bytes = join(PREFACE, SETTINGS, headers(1, ASK, true))
    for (let cut = 1; cut < bytes.length; cut++) {
      const { client } = new Dialog()
      client.hears(bytes.subarray(0, cut))
      client.hears(bytes.subarray(cut))
      expect(client.said, `cut at ${cut}`).toEqual(['begin 1', 'end 1'])
    }
  })

  test('tells requests and responses by their streams', () => {
    const dialog = Dialog.opened()
    const asked = join(headers(1, ASK), headers(3, ASK, true), data(1, 'abc'), data(1, '', true))
    expect(dialog.client.hears(asked)).toEqual(['begin 1', 'begin 3', 'end 3', 'part 1', 'end 1'])
    const answered = join(
      headers(3, ANSWER),
      headers(1, ANSWER),
      data(3, 'x', true),
      data(1, 'y', true),
    )
    expect(dialog.server.hears(answered)).toEqual(['begin 3', 'begin 1', 'end 3', 'end 1'])
    expect(dialog.request(1)).toMatchObject({
      method: 'GET',
      path: '/cart/7',
      query: 'sku=1',
      scheme: 'http',
      host: 'shop.example:8080',
      version: '2',
      incomplete: false,
    })
    expect(dialog.response(3)).toMatchObject({ status: 200, version: '2' })
  })

  test('passes over frames that belong to no stream or to nobody', () => {
    const { client } = Dialog.opened()
    const frames = [
      SETTINGS_ACK,
      frame(6, 0, 0, Buffer.alloc(8)),
      frame(8, 0, 0, Buffer.alloc(4, 1)),
      frame(8, 0, 7, Buffer.alloc(4, 1)),
      frame(2, 0, 5, Buffer.alloc(5)),
      frame(0xfa, 0xff, 12, Buffer.alloc(40)),
      data(9, 'of a stream that nobody opened'),
      reset(11, 8),
    ]
    expect(client.hears(join(...frames, headers(1, ASK, true)))).toEqual(['begin 1', 'end 1'])
    expect(client.unread).toBe(0)
  })

  test('has padding and priorities', () => {
    const { client } = Dialog.opened()
    const priority = join(Buffer.from([3]), Buffer.alloc(5), ASK, Buffer.alloc(3))
    const padded = join(Buffer.from([4]), Buffer.from('body'), Buffer.alloc(4))
    const said = client.hears(join(frame(1, 0x2c, 1, priority), frame(0, 9, 1, padded)))
    expect(said).toEqual(['begin 1', 'end 1'])
  })

  test.each([
    ['more padding than frame', frame(0, 8, 1, Buffer.from([2, 0]))],
    ['more padding than block', frame(1, 0x0c, 1, Buffer.from([9, 0x82]))],
    ['data of no stream', data(0, 'x')],
    ['a block that goes on with another frame', join(frame(1, 0, 1, ASK), data(1, 'x'))],
    ['a block that goes on with another stream', join(frame(1, 0, 1, ASK), frame(9, 4, 3))],
    ['the rest of a block that was complete', join(headers(1, ASK), frame(9, 4, 1))],
    ['half a setting', frame(4, 0, 0, Buffer.alloc(5))],
    ['a response from a client', headers(1, ANSWER)],
    ['an undecodable block', headers(1, indexed(99))],
    ['a frame larger than agreed on', frame(6, 0, 0, Buffer.alloc(20_000))],
    ['a promise from a client', frame(5, 4, 1, Buffer.alloc(8))],
  ])('loses its place with %s', (_, bytes) => {
    expect(Dialog.opened().client.hears(bytes).at(-1)).toBe('lost-sync')
  })

  test('has frames as large as the other end takes', () => {
    const dialog = Dialog.opened()
    dialog.server.hears(frame(4, 0, 0, setting(5, 100_000)))
    expect(dialog.client.hears(join(headers(1, ASK), data(1, Buffer.alloc(90_000), true)))).toEqual(
      ['begin 1', 'end 1'],
    )
  })

  test('is one of a hundred thousand streams that are never answered', () => {
    const { client } = Dialog.opened()
    const many = join(...Array.from({ length: 1000 }, () => headers(1, indexed(2, 4, 6))))
    let begun = 0
    for (let stream = 1; stream < 200_000; stream += 2000) {
      for (let i = 0; i < 1000; i++) many.writeUInt32BE(stream + 2 * i, i * 12 + 5)
      begun += client.hears(many).length
    }
    expect(begun).toBe(100_000)
  })
})

describe('a header block', () => {
  test('may come in several frames, however they are cut', () => {
    const bytes = join(
      frame(1, 1, 1, ASK.subarray(0, 5)),
      frame(9, 0, 1, ASK.subarray(5, 6)),
      frame(9, 0, 1),
      frame(9, 4, 1, ASK.subarray(6)),
    )
    for (let cut = 0; cut <= bytes.length; cut++) {
      const dialog = Dialog.opened()
      dialog.client.hears(bytes.subarray(0, cut))
      dialog.client.hears(bytes.subarray(cut))
      expect(dialog.client.said).toEqual(['begin 1', 'end 1'])
      expect(dialog.request(1)).toMatchObject({ path: '/cart/7', incomplete: false })
    }
  })

  test('that never ends is read as far as it is kept, and the table is not believed', () => {
    const dialog = Dialog.opened()
    const { client } = dialog
    client.hears(frame(1, 0, 1, added(GET)))
    const junk = frame(9, 0, 1, literals([['cookie', 'x'.repeat(16_000)]]))
    for (let i = 0; i < 200; i++) client.hears(junk)
    expect(client.said).toEqual(['begin 1'])
    expect(client.unread).toBe(0)
    expect(dialog.request(1)).toMatchObject({ path: '/cart/7', incomplete: true })
    client.hears(join(frame(9, 4, 1, literals([['a', 'b']])), headers(3, indexed(62, 2), true)))
    expect(client.said).toEqual(['begin 1', 'begin 3', 'end 3'])
    expect(dialog.request(3)).toMatchObject({ method: 'GET', path: '', incomplete: true })
  })

  test('of empty frames without end is given up', () => {
    const { client } = Dialog.opened()
    client.hears(frame(1, 0, 1, ASK))
    for (let i = 0; i < 100; i++) client.hears(frame(9, 0, 1))
    expect([client.said, client.unread]).toEqual([['begin 1'], 0])
  })

  test('of which a gap hides the rest counts with what was read of it', () => {
    const dialog = Dialog.opened()
    const block = join(literals(GET), added([['x-more', 'y'.repeat(100)]]))
    const bytes = headers(1, block, true)
    dialog.client.hears(bytes.subarray(0, bytes.length - 50), 50)
    expect(dialog.client.said).toEqual(['begin 1', 'end 1'])
    expect(dialog.request(1)).toMatchObject({ path: '/cart/7', incomplete: true })
    dialog.client.hears(headers(3, indexed(2, 62), true))
    expect(dialog.request(3)).toMatchObject({ method: 'GET', incomplete: true })
  })
})

describe('an exchange', () => {
  test('has interim answers before its answer', () => {
    const { client, server } = Dialog.opened()
    client.hears(headers(1, ASK))
    const early = literals([[':status', '103']])
    const said = server.hears(join(headers(1, early), headers(1, ANSWER), data(1, 'x', true)))
    expect(said).toEqual(['interim 1', 'begin 1', 'end 1'])
  })

  test('ends with its trailers', () => {
    const dialog = Dialog.opened()
    dialog.client.hears(
      join(headers(1, ASK), data(1, 'x'), headers(1, literals([['a', 'b']]), true)),
    )
    expect(dialog.client.said).toEqual(['begin 1', 'part 1', 'end 1'])
    dialog.server.hears(join(headers(1, ANSWER), data(1, 'x'), headers(1, TRAILERS, true)))
    expect(dialog.server.said).toEqual(['begin 1', 'part 1', 'end 1'])
    expect(dialog.response(1)).toMatchObject({ status: 200, grpcStatus: '0' })
  })

  test('may be answered before it was asked to the end, and end without that', () => {
    const { client, server } = Dialog.opened()
    client.hears(join(headers(1, ASK), data(1, 'x')))
    expect(server.hears(join(headers(1, ANSWER, true), reset(1, 0)))).toEqual(['begin 1', 'end 1'])
    expect(client.hears(data(1, 'y'))).toEqual([])
  })

  test('may be read from its answer on', () => {
    const dialog = Dialog.opened()
    expect(dialog.server.hears(join(headers(1, ANSWER), data(1, 'x')))).toEqual([
      'begin 1',
      'part 1',
    ])
    expect(dialog.client.hears(headers(1, ASK, true))).toEqual(['begin 1', 'end 1'])
    expect(dialog.server.hears(headers(1, TRAILERS, true))).toEqual(['end 1'])
  })

  test('is reset by the client or the server', () => {
    const { client, server } = Dialog.opened()
    client.hears(join(headers(1, ASK), headers(3, ASK), headers(5, ASK)))
    expect(client.hears(reset(1, 8))).toEqual(['abort 1 cancelled'])
    expect(server.hears(join(reset(3, 7), reset(3, 7)))).toEqual(['abort 3 reset'])
    expect(server.hears(join(headers(5, ANSWER), reset(5, 2)))).toEqual([
      'begin 5',
      'abort 5 reset',
    ])
  })

  test('that a server going away leaves out is reset', () => {
    const { client, server } = Dialog.opened()
    client.hears(join(headers(1, ASK), headers(3, ASK), headers(5, ASK)))
    const goaway = (last: number) =>
      frame(7, 0, 0, Buffer.from([0, 0, 0, last, 0, 0, 0, 0, 1, 2, 3]))
    expect(server.hears(join(goaway(255), headers(1, ANSWER)))).toEqual(['begin 1'])
    expect(server.hears(goaway(1))).toEqual(['abort 3 reset', 'abort 5 reset'])
    expect(server.hears(data(1, 'x', true))).toEqual(['end 1'])
  })

  test('that opens a tunnel ends with the answer', () => {
    const { client, server } = Dialog.opened()
    const connect = literals([
      [':method', 'CONNECT'],
      [':authority', 'other:443'],
    ])
    expect(client.hears(headers(1, connect))).toEqual(['begin 1'])
    expect(server.hears(join(headers(1, ANSWER), data(1, 'bytes')))).toEqual(['begin 1', 'end 1'])
  })

  test('is not what a server pushes, and the table stays right', () => {
    const dialog = Dialog.opened()
    dialog.client.hears(headers(1, ASK, true))
    const promise = join(Buffer.from([0, 0, 0, 2]), added([[':path', '/pushed']]), added(OK))
    const frames = join(
      frame(5, 4, 1, promise),
      headers(2, indexed(62), true),
      headers(1, indexed(62)),
    )
    expect(dialog.server.hears(frames)).toEqual(['begin 1'])
    expect(dialog.response(1)!.status).toBe(200)
  })
})

describe('what was lost', () => {
  test('is found again where frames begin, and no old entry of the table is believed', () => {
    const dialog = Dialog.opened()
    const { client, conversation } = dialog
    client.hears(headers(1, added([[':path', '/old']]), true))
    conversation.resync('request')
    expect(client.hears(Buffer.from('no frame at all'))).toEqual(['lost-sync'])
  })

  test('makes fields unknown, but not the ones that are sure', () => {
    const dialog = new Dialog(true)
    dialog.client.hears(join(headers(5, join(indexed(3, 62), added([[':authority', 'a']])), true)))
    expect(dialog.request(5)).toMatchObject({
      method: 'POST',
      path: '',
      host: 'a',
      incomplete: true,
    })
    dialog.server.hears(join(headers(5, indexed(70, 71)), data(5, 'x', true)))
    expect(dialog.server.said).toEqual(['begin 5', 'end 5'])
    expect(dialog.response(5)).toMatchObject({ status: 0, incomplete: true })
  })

  test('is no head: trailers of an older stream, by what is in them', () => {
    const dialog = new Dialog(true)
    expect(dialog.client.hears(headers(5, TRAILERS, true))).toEqual([])
    expect(dialog.server.hears(headers(5, TRAILERS, true))).toEqual([])
    expect(dialog.client.hears(headers(5, indexed(2, 4), true))).toEqual(['begin 5', 'end 5'])
  })

  test('of a head leaves the trailers', () => {
    const dialog = Dialog.opened()
    dialog.client.hears(headers(1, ASK, true))
    dialog.conversation.resync('response')
    expect(dialog.server.hears(headers(1, TRAILERS, true))).toEqual(['begin 1', 'end 1'])
    expect(dialog.response(1)).toMatchObject({ status: 0, grpcStatus: '0', incomplete: true })
  })
})

describe('what need not be copied', () => {
  test('is the rest of a frame of data', () => {
    const { client, conversation } = Dialog.opened()
    client.hears(join(headers(1, ASK), data(1, Buffer.alloc(10_000)).subarray(0, 1009)))
    expect(conversation.skippable('request')).toBe(9000)
    client.hears(Buffer.alloc(0), 9000)
    expect(conversation.skippable('request')).toBe(0)
    expect(client.hears(data(1, '', true))).toEqual(['end 1'])
  })

  test('is the rest of a message of gRPC, up to the next', () => {
    const { client, conversation } = Dialog.opened()
    const grpc = literals([...GET, ['content-type', 'application/grpc']])
    const body = join(call('x'.repeat(100)), call('y'.repeat(20)))
    client.hears(join(headers(1, grpc), data(1, body).subarray(0, 14)))
    expect(conversation.skippable('request')).toBe(100)
  })
})
