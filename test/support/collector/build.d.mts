export function cacheFolder(env?: NodeJS.ProcessEnv): string
export function collectorPath(): string
export function isCollectorBuilt(): boolean
export function buildCollector(say: (text: string) => void): string
