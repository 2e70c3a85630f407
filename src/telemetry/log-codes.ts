/**
 * What the agent says in its log: a stable code, and what it means. A new message is a new line
 * here; docs/log.md lists them, and a test holds the two against each other.
 */
export const LOG_CODES = {
  'export-unavailable': 'the collector does not answer; spans wait in the queue and are sent later',
  'export-recovered': 'the collector answers again',
  'export-queue-full': 'more spans wait than the queue holds; the oldest are dropped',
  'export-refused': 'the collector refused spans for good; they are dropped',
  'export-gave-up':
    'the collector failed on the same spans again and again while others got through',
  'export-unfinished': 'the agent stopped before all spans were sent',
  'metrics-not-taken':
    "nobody takes the agent's own metrics, which is said once; spans and what is counted are not touched by it",
  'metrics-taken': "the agent's own metrics are taken again",
  'otel-warning': 'a message of the OpenTelemetry exporter, most often about a setting',
  'output-slow': 'the reader of the output is slower than the spans; some are left out',
  'output-full':
    'the disk of the output is full; spans wait for room, and are left out when too many wait',
  'output-gone': 'the reader of the output has gone; nothing more is printed',
  bug: 'a mistake of ours: the socket it happened on is dropped, the agent goes on; please report it',
  'loops-unseen':
    "the ends of loops' turns cannot be seen: calls of processes with event loops get no parent",
  'traces-thinned':
    'the agent would use more CPU than --cpu-limit allows: it keeps a share of whole traces',
  'connections-shed':
    'reading alone would use more CPU than --cpu-limit allows: some connections are not read for a while',
  'traces-whole': 'there is CPU enough again: all traces are kept',
  'events-lost': 'the rings were full: events are missing, and the spans they would have made',
} as const

export type LogCode = keyof typeof LOG_CODES
