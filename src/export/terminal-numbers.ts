import type { HrTime } from './sdk.ts'

/** Milliseconds, with their fractions. */
export function milliseconds([seconds, nanos]: HrTime): number {
  return seconds * 1000 + nanos / 1e6
}

/** Three digits that mean something: `850 µs`, `1.24 ms`, `88.2 ms`, `142 ms`, `3.41 s`, `2m 03s`. */
export function duration(ms: number): string {
  if (ms < 0.9995) return `${Math.round(ms * 1000)} µs`
  if (ms < 999.5) return `${threeDigits(ms)} ms`
  if (ms < 119_950) return `${threeDigits(ms / 1000)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m ${twoDigits(seconds % 60)}s`
  return `${Math.floor(seconds / 3600)}h ${twoDigits(Math.floor((seconds % 3600) / 60))}m`
}

/** In the reader's time zone: `14:02:11.482`. */
export function timeOfDay(unixMs: number): string {
  const date = new Date(unixMs)
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':')
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

export function count(number: number, one: string, many = `${one}s`): string {
  const digits = String(number).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${digits} ${number === 1 ? one : many}`
}

function threeDigits(number: number): string {
  if (number < 9.995) return number.toFixed(2)
  return number < 99.95 ? number.toFixed(1) : number.toFixed(0)
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
