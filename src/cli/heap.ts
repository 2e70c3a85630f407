import { setFlagsFromString } from 'node:v8'

/**
 * Garbage is collected once the old objects have doubled: by itself V8 waits until there are up to four times as many, for
 * which this heap, of things that live for a second, gives no reason (docs/decisions/a-heap-of-twice-what-lives.md). First of
 * all imports: whatever way the agent is started, it is the same.
 */
setFlagsFromString('--heap-growing-percent=100')
