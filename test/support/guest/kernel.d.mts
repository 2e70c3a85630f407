import type { GuestKernel } from './image.ts'

export function guestSuite(env?: Readonly<Record<string, string | undefined>>): string
export function fetchKernel(suite: string, say: (text: string) => void): GuestKernel
