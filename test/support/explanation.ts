import type { Explanation } from '../../src/cli/agent-commands.ts'

/** A Python server that was watched for a while. */
export const EXPLANATION: Explanation = {
  process: {
    tgid: 4711,
    command: ['python3', 'shop.py'],
    executable: '/usr/bin/python3.11',
    serviceName: 'shop',
    serviceNameFrom: 'script',
    language: 'python',
    runtimeVersion: 'CPython 3.11',
    containerId: '',
  },
  leftOut: '',
  hooks: [
    { name: 'sock_send_length', attached: true, note: 'what it sends' },
    { name: 'SSL_read', attached: false, note: 'it loads no libssl' },
  ],
  sockets: [
    {
      local: '127.0.0.1:8080',
      remote: '127.0.0.1:40000',
      role: 'server',
      protocol: 'http',
      exchanges: 1,
      note: '',
    },
    {
      local: '127.0.0.1:50000',
      remote: '127.0.0.1:5432',
      role: 'client',
      protocol: '',
      exchanges: 0,
      note: 'no request was recognised',
    },
  ],
  model: { name: 'thread', why: 'its threads block, one request each' },
  identity: undefined,
  answers: { confirmed: 396, contradicted: 4, unknown: 2 },
  unseen: ['2 connections that were open before'],
}
