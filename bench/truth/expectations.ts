import type { Expectation } from './row.ts'

/** Where the model can prove every call. */
export const PROVEN: Expectation = { right: 0.999, reasons: [] }

/** Where it can prove all but those that it learns from. */
export const FANNED: Expectation = { right: 0.99, reasons: ['unconfirmed'] }

/** Where the program's own answers say that the model does not hold for it. */
export const CONTRADICTED: Expectation = { right: 0, reasons: ['model-contradicted'] }
