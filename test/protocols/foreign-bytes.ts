import { Random } from '../support/random.ts'

const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const text = (words: string) => Buffer.from(words, 'latin1')

/** Beginnings of what no protocol here is, from the first byte on. */
export const FOREIGN: readonly (readonly [name: string, bytes: Buffer])[] = [
  [
    'a TLS ClientHello',
    hex(
      '16030100c8010000c40303 5b1ee2c1a0b7c8d9e0f10213243546576879808a9bacbdcedfe0f10213243546 20 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20 0022 130113031302c02bc02fcca9cca8c02cc030c00ac009c013c014009c009d002f0035 0100 0059 00000010000e00000b6578616d706c652e636f6d 00170000 ff01000100 000a000e000c001d00170018001901000101 000b00020100 00230000 0010000e000c02683208687474702f312e31',
    ),
  ],
  [
    'a TLS ServerHello',
    hex('160303007a0200007603037f1c2b3a495867768594a3b2c1d0efeeddccbbaa99887766554433221100'),
  ],
  [
    'TLS data',
    hex('170303004000000000000000012f6d3a9b8c7d6e5f405162738495a6b7c8d9eafb0c1d2e3f405162'),
  ],
  ['SSH', text('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n')],
  ['zeros', Buffer.alloc(512)],
  ['ones', Buffer.alloc(512, 0xff)],
  ['spaces', Buffer.alloc(512, 0x20)],
  ['line ends', Buffer.alloc(512, '\r\n')],
  ['text', text('It was the best of times, it was the worst of times,\nit was the age of wisdom')],
  ['a number', text('42\r\n')],
  ['a word', text('hello\r\n')],
  ['JSON', text('{"jsonrpc":"2.0","method":"initialize","id":1,"params":{}}\n')],
  ['XML', text('<?xml version="1.0"?><stream:stream to="example.com" version="1.0">')],
  ['JPEG', hex('ffd8ffe000104a46494600010101004800480000ffdb004300080606070605080707070909')],
  ['PNG', hex('89504e470d0a1a0a0000000d49484452000000100000001008060000001ff3ff61')],
  ['gzip', hex('1f8b0800000000000003cb48cdc9c95728cf2fca49e10200f4b57b0e0c000000')],
  ['zip', hex('504b0304140000000800a1b2c3d4e5f607080910111213141516171819')],
  ['ELF', hex('7f454c4602010100000000000000000003003e000100000050100000000000004000000000000000')],
  ['PDF', text('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n')],
  ['SMTP', text('220 mail.example.com ESMTP Postfix\r\n')],
  ['SMTP of a client', text('EHLO client.example.com\r\n')],
  ['FTP', text('220 (vsFTPd 3.0.3)\r\n')],
  ['FTP of a client', text('USER anonymous\r\n')],
  ['IMAP', text('* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID] Dovecot ready.\r\n')],
  ['POP3', text('+OK Dovecot ready.\r\n')],
  ['IRC', text('NICK bob\r\nUSER bob 0 * :Bob\r\n')],
  ['beanstalkd', text('reserve-with-timeout 5\r\n')],
  ['beanstalkd of a server', text('RESERVED 17 5\r\nhello\r\n')],
  ['memcached in binary', hex('80000003000000000000000300000000000000000000000066 6f6f')],
  ['SIP', text('INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP pc33.example.com\r\n')],
  ['RTSP', text('DESCRIBE rtsp://example.com/media.mp4 RTSP/1.0\r\nCSeq: 2\r\n')],
  ['AMQP', text('AMQP\x00\x00\x09\x01')],
  [
    'AMQP of a server',
    hex('0100000000 01f6 000a000a 0009 000001d1 0c6361706162696c6974696573 46 000000c7'),
  ],
  ['MQTT', hex('101a00044d5154540402003c000e6d6f73712d4c6b4a6e7a6f374163')],
  ['Kafka', hex('0000002300120003 00000001 000d636f6e736f6c652d70726f6475636572 0c61706163 6865')],
  [
    'MongoDB',
    hex('3f010000 01000000 00000000 dd070000 00000000 00 2a010000 1068656c6c6f0001000000'),
  ],
  ['Cassandra', hex('0400000105 00000000')],
  ['LDAP', hex('300c020101600702010304008000')],
  ['NATS', text('INFO {"server_id":"NDX","version":"2.10.4","proto":1}\r\n')],
  ['STOMP', text('CONNECT\naccept-version:1.2\nhost:example.com\n\n\0')],
  [
    'ZooKeeper',
    hex('0000002d 00000000 0000000000000000 00007530 0000000000000000 00000010 00000000'),
  ],
  ['Thrift', hex('0000001f 80010001 00000004 70696e67 00000000 00')],
  ['SOCKS', hex('050100')],
  ['PROXY', text('PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n')],
  ['PROXY in binary', hex('0d0a0d0a000d0a515549540a 21 11 000c c0000201 c0000202 dc04 01bb')],
  ['SMB', hex('00000054fe534d4240000000000000000000000000000000000000000000000000')],
  ['RDP', hex('030000130ee000000000000100080003000000')],
  ['RTMP', hex('0300000000000000005f2a1bc37d4e9f80')],
  ['BitTorrent', text('\x13BitTorrent protocol\0\0\0\0\0\x10\0\x05')],
  ['syslog', text('<34>1 2026-11-24T12:00:00Z host app - ID47 - message\n')],
  ['Graphite', text('servers.web1.load 0.42 1764000000\n')],
  ['Java serialisation', hex('aced000573720011 6a6176612e7574696c2e486173684d6170')],
  ['SQL Server', hex('12010034000000000000150006010029000102002a')],
  ['Oracle', hex('003a000001000000013801 2c0c412000ffff7f08000001000000003a')],
  ['Docker', hex('0100000000000006 68656c6c6f0a')],
]

/** Bytes without any meaning, the same in every run. */
export function noise(seed: number, length: number): Buffer {
  const random = new Random(seed * 2 + 1)
  for (let i = 0; i < 8; i++) random.below(2)
  return Buffer.from(Array.from({ length }, () => random.below(256)))
}
