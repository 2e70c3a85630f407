import { Counter } from './counter.ts'

const LOST_HOW = ['ring-full', 'reentered', 'no-room', 'shed'] as const
const LOST_WHAT = [
  'egress.unknown',
  'egress.client',
  'egress.server',
  'ingress.unknown',
  'ingress.client',
  'ingress.server',
  'other',
] as const
type Lost = `${(typeof LOST_HOW)[number]}.${(typeof LOST_WHAT)[number]}`

/** In the order of enum lost_reason and, within each, of enum lost_what (bpf/include/wire.h). */
export const LOST: readonly Lost[] = LOST_HOW.flatMap((how) =>
  LOST_WHAT.map((what): Lost => `${how}.${what}`),
)

/**
 * What the agent counts about itself. A new reason is a new word here, nowhere else;
 * docs/counters.md explains each, and a test holds the two against each other.
 */
export class Counters {
  /** Events on the kernel side: all that were handed to a buffer; those lost follow in `lost`. */
  readonly kernel = new Counter('underspan.kernel', [
    'events',
    'bursts',
    'direct',
    'wakeups',
    'sockets',
    'sockets-gone',
    'threads',
    'threads-gone',
    'initial-number-conflicts',
  ])

  /** Events that the kernel side lost: how, then direction and role of the socket. */
  readonly lost = new Counter('underspan.lost', [...LOST, 'missed'])

  /** Socket operations of which fewer bytes were copied than moved. */
  readonly uncaptured = new Counter('underspan.uncaptured', [
    'limit',
    'verdict',
    'no-call',
    'other-call',
    'compat',
    'many',
    'flags',
    'fault',
    'protocol',
    'vector',
  ])

  /** What went wrong between the kernel's buffers and the first stage. */
  readonly transport = new Counter('underspan.transport', [
    'burst-lost',
    'ring-damaged',
    'record-damaged',
    'record-unknown',
    'event-malformed',
    'event-unknown',
    'event-late',
    'horizon-forced',
    'ring-opened-late',
  ])

  /** Bytes or messages seen in user space that no span came of. */
  readonly dropped = new Counter('underspan.dropped', [
    'not-selected',
    'socket-unknown',
    'stream-too-long',
    'lost-sync',
    'position-conflict',
    'unpaired-response',
    'no-message',
    'too-many-open',
    'too-many-sockets',
    'unrecognised',
    'bug',
  ])

  /** Stretches of a stream that were not there to be read. */
  readonly gaps = new Counter('underspan.gaps', ['not-captured', 'events-lost', 'unknown'])

  /** Spans, by what became of them. */
  readonly spans = new Counter('underspan.spans', [
    'built',
    'exported',
    'sampled-out',
    'over-cpu-limit',
    'cause-shed',
    'excluded-path',
    'store-server',
    'silent',
    'queue-full',
    'refused',
    'retries-exhausted',
    'shutdown',
  ])

  /** Spans for the terminal or the lines of JSON, by what became of them there. */
  readonly output = new Counter('underspan.output', [
    'shown',
    'flood',
    'slow-reader',
    'disk-full',
    'reader-gone',
    'shutdown',
  ])

  /** Events for a recording, by what became of them there. */
  readonly recording = new Counter('underspan.recording', [
    'written',
    'disk-full',
    'write-failed',
    'too-slow',
    'too-large',
  ])

  /** Exchanges by outcome. */
  readonly exchanges = new Counter('underspan.exchanges', [
    'answered',
    'reset',
    'cancelled',
    'timeout',
    'closed',
    'answer-lost',
    'streaming-limit',
  ])

  /** Parents given, by the evidence. */
  readonly parents = new Counter('underspan.parents', [
    'thread',
    'segment',
    'identity',
    'connection',
    'header',
  ])

  /** Spans without a parent, by underspan.unparented.reason. */
  readonly unparented = new Counter('underspan.unparented', [
    'entry',
    'no-request',
    'already-answered',
    'several-in-turn',
    'mixed-read',
    'unconfirmed',
    'model-contradicted',
    'hand-over',
    'service-activity',
    'runtime-unsupported',
    'identity-lost',
    'attached-late',
    'events-lost',
    'unseen-read',
    'peer-unknown',
  ])

  /** The answer test, over all processes. */
  readonly answers = new Counter('underspan.answers', ['confirmed', 'contradicted', 'unknown'])

  /** Processes of runtimes that tell activities apart, by whether that could be read. */
  readonly identities = new Counter('underspan.identities', [
    'found',
    'withdrawn',
    'no-room',
    'not-started',
    'no-context-yet',
    'no-runtime',
    'version-unsupported',
    'debug-build',
    'free-threaded',
    'subinterpreters',
    'memory-unreadable',
    'threads-inconsistent',
    'thread-state-misplaced',
    'context-misplaced',
    'stripped',
    'async-ids-misplaced',
    'loop-misplaced',
  ])

  /** Of processes whose async ids are read: whether it is seen when their loops run immediates. */
  readonly immediates = new Counter('underspan.immediates', [
    'seen',
    'functions-unknown',
    'refused',
    'no-room',
  ])

  /** Of processes whose context objects are read: whether it is seen which was copied from which. */
  readonly births = new Counter('underspan.births', [
    'seen',
    'functions-unknown',
    'refused',
    'no-room',
  ])

  /** Requests by whether their duration was counted. */
  readonly durations = new Counter('underspan.durations', ['measured', 'overflow', 'no-room'])

  /** Header and evidence named different traces. */
  readonly conflicts = new Counter('underspan.conflicts', ['header-against-evidence'])
}
