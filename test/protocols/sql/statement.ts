/** As sent, and its text and summary. */
export type Statement = readonly [sql: string, text: string, summary: string]
