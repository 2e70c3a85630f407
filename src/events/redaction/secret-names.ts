/** Found anywhere in a name that was lowered and rid of `-`, `_` and `.`. */
const PARTS = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'apikey',
  'accesskey',
  'privatekey',
  'subscriptionkey',
  'functionskey',
  'credential',
  'authorization',
  'authentication',
  'cookie',
  'session',
  'csrf',
  'xsrf',
  'signature',
  'jwt',
  'clientcert',
  'assertion',
]

/** The whole name, lowered and rid of separators. */
const WHOLE = new Set([
  'auth',
  'xauth',
  'key',
  'pass',
  'pwd',
  'pin',
  'otp',
  'sid',
  'sig',
  'bearer',
  'cvv',
  'cvc',
  'cardnumber',
  'ssn',
])

/** Headers whose value is a URL, or holds some. */
const URLS = new Set([
  'referer',
  'location',
  'contentlocation',
  'link',
  'refresh',
  'origin',
  'destination',
  'forwarded',
  'xoriginalurl',
  'xrewriteurl',
  'xforwardeduri',
  'xoriginaluri',
  'xaccelredirect',
  'sourcemap',
])

/** Name of a header, a form field, a JSON member or a URL parameter whose value is not for everyone. */
export function isSecretName(name: string): boolean {
  const bare = bareName(name)
  return WHOLE.has(bare) || PARTS.some((part) => bare.includes(part))
}

export function holdsUrl(header: string): boolean {
  return URLS.has(bareName(header))
}

function bareName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]/g, '')
}
