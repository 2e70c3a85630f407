import { python } from '../../test/support/system/apps.ts'
import { CONTRADICTED, PROVEN } from './expectations.ts'
import { distributedUvloop, needsPython, needsUvloop } from './needs-python.ts'
import type { Expectation, Row } from './row.ts'
import { pythonLoop, pythonUvloop } from './systems.ts'

/** Where calls wait for each other, slow ones would take for ever. */
const QUICK = () => 15

/** By tasks that live on; until that is seen, they are nobody's. */
const SERVED: Expectation = { right: 0, reasons: ['service-activity', 'model-contradicted'] }

/** What a request does, and its word in loop.py. */
const HABITS: Readonly<Record<string, string>> = {
  gather: 'gather',
  to_thread: 'thread',
  'task group': 'group',
}

const ON_UVLOOP: readonly Row[] = [
  ...['order', 'gather'].map((habit) => ({
    name: habit === 'order' ? 'uvloop streams' : `uvloop streams, ${habit}`,
    start: pythonUvloop('raw'),
    habits: [habit],
    expect: PROVEN,
    missing: needsUvloop(),
  })),
  ...['aiohttp', 'uvicorn'].flatMap((server) =>
    Object.entries({ order: 'order', ...HABITS }).map(([how, habit]) => ({
      name: habit === 'order' ? `${server} on uvloop` : `${server} on uvloop, ${how}`,
      start: pythonUvloop(server),
      habits: [habit],
      expect: PROVEN,
      missing: needsUvloop(server, 'anyio'),
    })),
  ),
]

/** Up to 0.22 transports write from a handler of the loop, in its context: nobody's. */
function needsOldUvloop(...modules: readonly string[]): () => string {
  return () => {
    const isOld = /^0\.(\d|1\d|2[0-2])\./.test(distributedUvloop())
    return isOld ? needsPython(...modules)() : 'uvloop before 0.23 (python3-uvloop)'
  }
}

const ON_OLD_UVLOOP: readonly Row[] = [
  {
    name: 'old uvloop, streams',
    start: pythonLoop('raw', 'uvloop'),
    habits: ['order'],
    expect: CONTRADICTED,
    missing: needsOldUvloop(),
  },
  {
    name: 'old uvloop, aiohttp',
    start: pythonLoop('aiohttp', 'uvloop'),
    habits: ['order'],
    expect: CONTRADICTED,
    missing: needsOldUvloop('aiohttp'),
  },
  {
    name: 'old uvloop, uvicorn',
    start: pythonLoop('uvicorn', 'uvloop'),
    habits: ['order'],
    expect: CONTRADICTED,
    missing: needsOldUvloop('uvicorn'),
  },
]

export const PYTHON_LOOPS: readonly Row[] = [
  { name: 'asyncio streams', start: pythonLoop('raw'), habits: ['order'], expect: PROVEN },
  {
    name: 'asyncio streams, gather',
    start: pythonLoop('raw'),
    habits: ['gather'],
    expect: PROVEN,
  },
  { name: 'aiohttp', start: pythonLoop('aiohttp'), habits: ['order'], expect: PROVEN },
  {
    name: 'aiohttp, pauses',
    start: pythonLoop('aiohttp'),
    habits: ['pause'],
    expect: PROVEN,
  },
  {
    name: 'aiohttp, gather',
    start: pythonLoop('aiohttp'),
    habits: ['gather'],
    expect: PROVEN,
  },
  {
    name: 'aiohttp, to_thread',
    start: pythonLoop('aiohttp'),
    habits: ['thread'],
    expect: PROVEN,
  },
  {
    name: 'aiohttp, task group',
    start: pythonLoop('aiohttp'),
    habits: ['group'],
    expect: PROVEN,
    missing: needsPython('anyio'),
  },
  {
    name: 'aiohttp, executor',
    start: pythonLoop('aiohttp'),
    habits: ['executor'],
    expect: { right: 0, reasons: ['model-contradicted', 'no-request', 'hand-over'] },
  },
  {
    name: 'aiohttp, sender for all',
    start: pythonLoop('aiohttp'),
    delay: QUICK,
    habits: ['sender'],
    expect: SERVED,
  },
  {
    name: 'aiohttp, sender for all, five a second',
    start: pythonLoop('aiohttp'),
    delay: QUICK,
    habits: ['sender'],
    rate: 5,
    together: 2,
    most: 100,
    expect: SERVED,
  },
  {
    name: 'aiohttp, all habits',
    start: pythonLoop('aiohttp'),
    delay: QUICK,
    habits: ['mix'],
    expect: { ...SERVED, reasons: [...SERVED.reasons, 'no-request', 'hand-over'] },
  },
  {
    name: 'aiohttp, all habits, forty a second',
    start: pythonLoop('aiohttp'),
    delay: QUICK,
    habits: ['mix'],
    rate: 40,
    together: 2,
    most: 600,
    expect: { ...SERVED, reasons: [...SERVED.reasons, 'no-request', 'hand-over'] },
  },
  {
    name: 'uvicorn',
    start: pythonLoop('uvicorn'),
    habits: ['order'],
    expect: PROVEN,
    missing: needsPython('uvicorn'),
  },
  ...['gather', 'to_thread', 'task group'].map((how) => ({
    name: `uvicorn, ${how}`,
    start: pythonLoop('uvicorn'),
    habits: [HABITS[how]!],
    expect: PROVEN,
    missing: needsPython('uvicorn', 'anyio'),
  })),
  ...ON_UVLOOP,
  ...ON_OLD_UVLOOP,
  {
    name: 'python threads, one pipelined connection',
    start: (stage, port, down) => stage.server(python('truth/pipelining.py', port, down), port),
    delay: QUICK,
    habits: ['order'],
    expect: { right: 0, reasons: ['hand-over'] },
  },
]
