import { describe, expect, test } from 'vitest'
import { ExcludedPaths } from '../../src/spans/excluded-paths.ts'
import { Routes } from '../../src/spans/routes.ts'
import { isVariable } from '../../src/spans/variable-segment.ts'
import { Random } from '../support/random.ts'

const NAMES = `
  cart users user api v1 v2 v10 v1beta1 v2alpha1 orders order-items order_items checkout products
  search login logout signin sign-up oauth2 oauth authorize token callback health healthz readyz livez
  metrics ping status static assets images img css js fonts favicon.ico robots.txt sitemap.xml
  index.html index.php main.css app.js jquery.min.js bootstrap.min.js .well-known openid-configuration
  openapi.json swagger-ui graphql admin wp-login.php wp-admin wp-content xmlrpc.php cgi-bin
  getUserById getAllTheThingsForUser createOrder UserService CartService ListItems iPhone12Pro
  OAuth2Token http2 ipv6 s3 ec2 b2b web3 mp3 utf8 base64 sha256 top10 part-01 area51 windows-11
  en-US zh-Hant-TW pt_BR terms-and-conditions about-us contact-us privacy-policy frequently-asked
  shop2 covid19 $metadata $batch @vite @acme 1.0 2.1 rest internal actuator prometheus
  env heapdump settings profile me self current latest beta alpha defaced facade cafe decade
`
  .trim()
  .split(/\s+/)

const VALUES = `
  1 42 007 123456 99999999999999999999 -5 3.14 48.8566,2.3522 12:30
  550e8400-e29b-41d4-a716-446655440000 550E8400-E29B-41D4-A716-446655440000
  550e8400e29b41d4a716446655440000 507f1f77bcf86cd799439011 deadbeef01 cafe1234 0a1b2c3d4e
  d41d8cd98f00b204e9800998ecf8427e da39a3ee5e6b4b0d3255bfef95601890afd80709
  01ARZ3NDEKTSV4RRFFQ69G5FAV 0ujtsYcgvSTl8PAuAdqWYSMnLOv V1StGXR8_Z5jdHi6B-myT dQw4w9WgXcQ
  cus_9s6XKzkNRiz8i3 pi_3MtwBwLkdIwHu7ix28a3tqPa usr-12345 order-1001 INV2024001 SKU123456 user123
  eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc c2hvZXM9MTIzNDU2Nzg5MA== YWJjZGVmZ2hpamtsbW5vcA==
  ann@example.com ann.b+c@mail.example.org 2024-01-02 2024-01 20240102 2024-01-02T10:00:00Z 2024-W05
  192.168.0.1 10.0.0.1:8080 fe80::1ff:fe23:4567:890a 18.2.0 v1.2.3 hello%20world caf%C3%A9 Müller
  how-to-cook-rice-at-home-in-ten-minutes main.3f2a1b9c.js report-2024.pdf 12345.json photo_20240102.jpg
  Products(1) a=b it's <script> "x" x'OR'1'='1 ${`z`.repeat(70)} ${`qwertyuiop`.repeat(4)}
  XyZ1abCdEf p8Qz2LmK9rT AbCdEfGhIjK i-0abcd1234efgh5678 arn:aws:iam::123456789012:role
  vol-049df61146c4d7901 sess_4f9d2c17 item:4242 room~10203
`
  .trim()
  .split(/\s+/)

describe('a segment', () => {
  for (const name of NAMES) {
    test(`${name} is a name`, () => expect(isVariable(name)).toBe(false))
  }
  for (const value of VALUES) {
    test(`${value.slice(0, 50)} is a value`, () => expect(isVariable(value)).toBe(true))
  }
})

describe('routes', () => {
  const PATHS: [path: string, route: string][] = [
    ['/', '/'],
    ['', '*'],
    ['*', '*'],
    ['/cart', '/cart'],
    ['/cart/', '/cart/'],
    ['/cart/17', '/cart/{id}'],
    ['/cart/17/', '/cart/{id}/'],
    ['/cart/17/items/99', '/cart/{id}/items/{id}'],
    ['//cart//17', '/cart/{id}'],
    ['/users/ann@example.com/orders', '/users/{id}/orders'],
    ['/api/v1/users/550e8400-e29b-41d4-a716-446655440000', '/api/v1/users/{id}'],
    ['/cart;jsessionid=0A1B2C3D/items', '/cart/items'],
    ['/cart/17?q=1', '/cart/{id}'],
    ['/2024/01/02/how-to-cook-rice-at-home-in-ten-minutes', '/{id}/{id}/{id}/{id}'],
    ['/a/b/c/d/e/f/g/h/i/j/k/l/m/n', '/a/b/c/d/e/f/g/h/i/j/k/l/*'],
  ]
  for (const [path, route] of PATHS) {
    test(`of ${path || 'nothing'} is ${route}`, () => {
      const routes = new Routes([])
      expect(routes.route('shop', path)).toBe(route)
      expect(routes.route('shop', path)).toBe(route)
    })
  }

  test('of slugs become one after fifty of them', () => {
    const routes = new Routes([])
    const made = new Set<string>()
    for (let i = 0; i < 5000; i++) made.add(routes.route('shop', `/products/${word(i)}/reviews`))
    expect(made.size).toBeLessThanOrEqual(51)
    expect(routes.route('shop', '/products/another-one/reviews')).toBe('/products/{id}/reviews')
  })

  test('that are used all the time stay beside slugs', () => {
    const routes = new Routes([])
    for (let i = 0; i < 5000; i++) {
      routes.route('shop', `/products/${word(i)}`)
      routes.route('shop', '/products/search')
      if (i % 3 === 0) routes.route('shop', `/products/compare/${i}`)
    }
    expect(routes.route('shop', '/products/search')).toBe('/products/search')
    expect(routes.route('shop', '/products/compare/7')).toBe('/products/compare/{id}')
    expect(routes.route('shop', '/products/pink-shoes')).toBe('/products/{id}')
  })

  test('are bounded whatever a scanner asks for', () => {
    const routes = new Routes([])
    const random = new Random(7)
    const made = new Set<string>()
    for (let i = 0; i < 100_000; i++) {
      const depth = 1 + random.below(5)
      let path = ''
      for (let d = 0; d < depth; d++) path += `/${word(random.below(60))}`
      made.add(routes.route('shop', path))
    }
    expect(made.size).toBeLessThanOrEqual(351)
    expect(made.size).toBeGreaterThan(10)
  })

  test('are bounded when every path is longer than any real one', () => {
    const routes = new Routes([])
    const made = new Set<string>()
    for (let i = 0; i < 2000; i++) made.add(routes.route('shop', `/${word(i)}`.repeat(3000)))
    for (const route of made) expect(route.length).toBeLessThan(1000)
    expect(made.size).toBeLessThanOrEqual(351)
  })

  test('of one service do not fill up those of another', () => {
    const routes = new Routes([])
    for (let i = 0; i < 5000; i++) routes.route('scanned', `/${word(i)}`)
    expect(routes.route('scanned', '/about')).toBe('/{id}')
    expect(routes.route('shop', '/about')).toBe('/about')
  })
})

describe('given route templates', () => {
  const routes = new Routes([
    '/cart/:id',
    '/cart/:id/items/{item}',
    '/files/*',
    '/blog/<int:year>/*/edit',
    '/img/*.png',
    '/health',
  ])
  const PATHS: [path: string, route: string][] = [
    ['/cart/shoes', '/cart/:id'],
    ['/cart/shoes/', '/cart/:id'],
    ['/cart/7/items/8', '/cart/:id/items/{item}'],
    ['/files/a/b/c.txt', '/files/*'],
    ['/files', '/files'],
    ['/blog/2024/x/edit', '/blog/<int:year>/*/edit'],
    ['/img/logo.png', '/img/*.png'],
    ['/health', '/health'],
    ['/other/17', '/other/{id}'],
    ['/cart/7/other/8', '/cart/{id}/other/{id}'],
  ]
  for (const [path, route] of PATHS) {
    test(`make ${path} ${route}`, () => expect(routes.route('shop', path)).toBe(route))
  }

  test('are tried in their order', () => {
    const both = new Routes(['/cart/:id', '/cart/*'])
    expect(both.route('shop', '/cart/7')).toBe('/cart/:id')
    expect(both.route('shop', '/cart/7/8')).toBe('/cart/*')
  })
})

describe('excluded paths', () => {
  test('are those that a pattern covers', () => {
    const excluded = new ExcludedPaths(['/health*', '*/ping'])
    for (const path of ['/health', '/healthz/live', '/api/v1/ping'])
      expect(excluded.has(path)).toBe(true)
    for (const path of ['/cart', '/api/health', '/pings']) expect(excluded.has(path)).toBe(false)
    for (let i = 0; i < 5000; i++) expect(excluded.has(`/cart/${i}`)).toBe(false)
  })

  test('are none when none is given', () => {
    expect(new ExcludedPaths([]).has('/health')).toBe(false)
  })
})

/** Different words without digits. */
function word(n: number): string {
  let word = ''
  for (let rest = n + 1; rest > 0; rest = Math.floor(rest / 26)) {
    word += String.fromCharCode(97 + (rest % 26))
  }
  return `p${word}`
}
