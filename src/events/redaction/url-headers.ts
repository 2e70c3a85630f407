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

/** `header` in lower case. */
export function holdsUrl(header: string): boolean {
  return URLS.has(header.replaceAll('-', ''))
}
