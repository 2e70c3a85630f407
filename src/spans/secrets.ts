export const REDACTED = 'REDACTED'

/** What secrets of well-known issuers look like. Every part is bounded: no input makes it slow. */
const SECRET_VALUE = new RegExp(
  [
    'eyJ[\\w-]{8,1024}\\.eyJ[\\w-]{8,4096}(?:\\.[\\w-]{0,4096})?', // JSON Web Token
    '(?:AKIA|ASIA)[0-9A-Z]{16}', // AWS
    'gh[opusr]_\\w{36,255}|github_pat_\\w{22,255}', // GitHub
    'glpat-[\\w-]{20,64}', // GitLab
    'xox[abeprs]-[\\w-]{10,255}', // Slack
    'AIza[\\w-]{35}|ya29\\.[\\w-]{20,255}', // Google
    '[srp]k_(?:live|test)_\\w{16,255}|sk-[\\w-]{20,255}', // Stripe, OpenAI
    'npm_\\w{36}|hf_\\w{30,64}|dop_v1_[0-9a-f]{64}|SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}',
    '\\d{8,10}:AA[\\w-]{33}', // Telegram
  ].join('|'),
  'g',
)

/** Shorter than any of them. */
const SHORTEST_VALUE = 20

/** The text with every well-known secret in it replaced. */
export function withoutSecretValues(text: string): string {
  return text.length < SHORTEST_VALUE ? text : text.replaceAll(SECRET_VALUE, REDACTED)
}

/** `scheme://user:password@host` with both hidden, wherever it stands in the text. */
export function withoutCredentials(text: string): string {
  if (!text.includes('://') || !text.includes('@')) return text
  return text.replaceAll(/:\/\/[^\s/?#@]{0,512}@/g, (found) =>
    found.includes(':', 3) ? `://${REDACTED}:${REDACTED}@` : `://${REDACTED}@`,
  )
}
