import { describe, expect, test } from 'vitest'
import { parseCgroup } from '../../src/processes/cgroup.ts'
import { parseResourceAttributes } from '../../src/processes/environment.ts'
import type { Language } from '../../src/processes/process.ts'
import type { Program } from '../../src/processes/program.ts'
import { type NamingFacts, serviceName } from '../../src/processes/service-name.ts'

const EXECUTABLES: Record<Language, string> = {
  python: '/usr/bin/python3.11',
  nodejs: '/usr/bin/node',
  java: '/usr/lib/jvm/java-17-openjdk-amd64/bin/java',
  ruby: '/usr/bin/ruby3.1',
  php: '/usr/bin/php8.2',
  dotnet: '/usr/share/dotnet/dotnet',
  erlang: '/usr/lib/erlang/erts-13.1.5/bin/beam.smp',
  go: '/usr/local/bin/program',
  rust: '/usr/local/bin/program',
  cpp: '/usr/local/bin/program',
  unknown: '/usr/local/bin/program',
}

interface Given {
  directory?: string
  executable?: string
  goPath?: string
  environment?: Record<string, string>
  files?: Record<string, string>
}

function facts(language: Language, command: readonly string[], given: Given = {}): NamingFacts {
  const program: Program = {
    executable: given.executable ?? EXECUTABLES[language],
    command,
    directory: given.directory ?? '/srv/shop',
    environment: new Map(Object.entries(given.environment ?? {})),
    goPath: given.goPath ?? '',
    read: (path) => given.files?.[path] ?? '',
  }
  const attributes = parseResourceAttributes(given.environment?.OTEL_RESOURCE_ATTRIBUTES ?? '')
  const cgroup = parseCgroup('0::/')
  return { program, language, cgroup, comm: 'comm', attributes, containerName: '' }
}

const PACKAGE = JSON.stringify({ name: '@acme/cart', version: '1.0.0' })

/** A command line on one side, the name its user would give on the other. */
const NAMES: [language: Language, command: string, name: string, given?: Given][] = [
  ['python', 'python3 shop.py', 'shop'],
  ['python', '/usr/bin/python3 -u -W ignore -X dev /srv/shop/payment.py --port 80', 'payment'],
  ['python', 'python3 app.py', 'shop'],
  ['python', 'python3 /home/ann/app.py', 'app', { directory: '/home/ann' }],
  ['python', 'python3 ../cart/src/main.py', 'cart'],
  ['python', 'python3 main.py', 'main', { directory: '/app' }],
  ['python', 'python3 -m http.server 8080', 'http.server'],
  ['python', 'python3 -mhttp.server', 'http.server'],
  ['python', 'python3 -um shop.main', 'shop'],
  ['python', 'python3 -m shop', 'shop'],
  ['python', 'python3 manage.py runserver', 'shop'],
  ['python', 'python3 -c pass', 'python'],
  ['python', 'python3', 'python'],
  ['python', 'python3 -', 'python'],
  [
    'python',
    '/usr/bin/python3 /usr/bin/gunicorn -w 4 -b 0.0.0.0:8000 shop.wsgi:application',
    'shop',
  ],
  [
    'python',
    '/usr/bin/python3 /usr/bin/gunicorn cart:create_app() --bind unix:/run/x.sock',
    'cart',
  ],
  ['python', '/usr/bin/python3 /usr/bin/gunicorn --workers 2 cart', 'cart'],
  ['python', '/usr/bin/python3 /usr/bin/gunicorn --name orders main:app', 'orders'],
  ['python', '/usr/bin/python3 /usr/bin/uvicorn main:app --host 0.0.0.0 --port 80', 'shop'],
  ['python', '/usr/bin/python3 /usr/bin/uvicorn main:app', 'main', { directory: '/app' }],
  ['python', '/usr/bin/python3 /usr/bin/uvicorn --app-dir /srv/rates/src main:app', 'rates'],
  ['python', 'python3 -m uvicorn src.rates.main:app', 'rates'],
  ['python', 'python3 -m flask --app rates run', 'rates'],
  [
    'python',
    '/usr/bin/python3 /usr/bin/flask run',
    'rates',
    { environment: { FLASK_APP: 'rates.py' } },
  ],
  ['python', '/usr/bin/python3 /usr/bin/celery -A rates worker -l info', 'rates'],
  ['python', '/usr/bin/python3 /usr/bin/streamlit run board.py', 'board'],
  ['python', '/usr/bin/python3 /usr/bin/fastapi run main.py', 'shop'],
  ['python', '/usr/bin/python3 /usr/bin/waitress-serve --call rates:create_app', 'rates'],
  ['python', 'gunicorn:§worker§[rates]', 'rates'],
  ['python', 'gunicorn:§master§[rates.wsgi:app]', 'rates'],
  [
    'python',
    '/usr/bin/uwsgi --http :80 --module rates.wsgi:application',
    'rates',
    { executable: '/usr/bin/uwsgi' },
  ],
  [
    'python',
    '/usr/bin/uwsgi --http :80 --wsgi-file rates.py',
    'rates',
    { executable: '/usr/bin/uwsgi' },
  ],
  ['python', '/usr/bin/python3 /usr/bin/supervisord -n', 'supervisord'],

  ['nodejs', 'node shop.js', 'shop'],
  [
    'nodejs',
    'node --require ./tracing.js --max-old-space-size=512 /srv/shop/cart-service.mjs',
    'cart-service',
  ],
  ['nodejs', 'node dist/server.js', 'cart', { files: { '/srv/shop/package.json': PACKAGE } }],
  ['nodejs', 'node dist/src/index.js', 'cart', { files: { '/srv/shop/package.json': PACKAGE } }],
  [
    'nodejs',
    'node server.js',
    'cart',
    { directory: '/app', files: { '/app/package.json': PACKAGE } },
  ],
  ['nodejs', 'node dist/server.js', 'shop', { files: { '/srv/shop/package.json': '{"name":' } }],
  ['nodejs', 'node server.js', 'server', { directory: '/usr/src/app' }],
  ['nodejs', 'node -e 1', 'node'],
  ['nodejs', 'node', 'node'],
  ['nodejs', 'node /srv/shop/node_modules/.bin/ts-node src/rates.ts', 'rates'],
  [
    'nodejs',
    'node node_modules/.bin/next start',
    'cart',
    { files: { '/srv/shop/package.json': PACKAGE } },
  ],
  ['nodejs', 'next-server§(v14.2.3)', 'cart', { files: { '/srv/shop/package.json': PACKAGE } }],
  ['nodejs', 'npm§start', 'cart', { files: { '/srv/shop/package.json': PACKAGE } }],
  ['nodejs', 'node§/srv/shop/rates.js', 'rates'],
  ['nodejs', 'node /srv/x/server.js', 'rates', { environment: { pm_id: '0', name: 'rates' } }],
  ['nodejs', 'my-title', 'my-title'],
  ['nodejs', 'bun run rates.ts', 'rates', { executable: '/usr/local/bin/bun' }],
  ['nodejs', 'deno run --allow-net rates.ts', 'rates', { executable: '/usr/bin/deno' }],

  ['java', 'java -jar shop.jar', 'shop'],
  [
    'java',
    'java -Xmx1g -javaagent:a.jar -jar /opt/shop/rates-1.4.0-SNAPSHOT.jar --server.port=80',
    'rates',
  ],
  ['java', 'java -jar payment-service-2.1.jar', 'payment-service'],
  ['java', 'java -jar log4j2-proxy.jar', 'log4j2-proxy'],
  ['java', 'java -jar app.jar', 'shop'],
  ['java', 'java -jar /app.jar', 'app'],
  ['java', 'java -jar /usr/share/java/jenkins.war', 'jenkins'],
  ['java', 'java -Dspring.application.name=rates -jar app.jar', 'rates'],
  ['java', 'java com.x.Shop', 'Shop'],
  ['java', 'java -cp lib/a.jar:lib/b.jar com.acme.shop.Main', 'shop'],
  [
    'java',
    'java -classpath x --add-opens java.base/java.lang=ALL-UNNAMED com.acme.RatesKt',
    'Rates',
  ],
  ['java', 'java -p mods -m com.acme.rates/com.acme.rates.Rates', 'Rates'],
  ['java', 'java Shop.java', 'Shop'],
  ['java', 'java -cp x org.apache.catalina.startup.Bootstrap start', 'tomcat'],
  ['java', 'java -cp x kafka.Kafka server.properties', 'kafka'],
  ['java', 'java org.springframework.boot.loader.launch.JarLauncher', 'shop'],
  ['java', 'java -version', 'java'],

  ['ruby', 'ruby rates.rb', 'rates'],
  ['ruby', 'ruby -I lib app.rb', 'shop'],
  ['ruby', 'ruby bin/rails server -b 0.0.0.0', 'shop'],
  ['ruby', 'puma§6.4.0§(tcp://0.0.0.0:3000)§[rates]', 'rates'],
  ['ruby', 'puma:§cluster§worker§0:§71§[rates]', 'rates'],
  ['ruby', 'sidekiq§7.2.0§rates§[0§of§5§busy]', 'rates'],
  ['ruby', 'unicorn§master§-c§config/unicorn.rb', 'shop'],
  ['ruby', 'ruby -e puts', 'ruby'],

  ['php', 'php rates.php', 'rates'],
  ['php', 'php -S 0.0.0.0:80 -t public', 'shop'],
  ['php', 'php -S 0.0.0.0:80 rates.php', 'rates'],
  ['php', 'php -d x=1 -S 0.0.0.0:80 -t public router.php', 'shop'],
  ['php', 'php artisan serve', 'shop'],
  ['php', 'php-fpm:§pool§rates', 'rates', { executable: '/usr/sbin/php-fpm8.2' }],
  ['php', 'php-fpm:§pool§www', 'php-fpm', { executable: '/usr/sbin/php-fpm8.2' }],
  [
    'php',
    'php-fpm:§master§process§(/etc/php/8.2/fpm/php-fpm.conf)',
    'php-fpm',
    { executable: '/usr/sbin/php-fpm8.2' },
  ],

  ['dotnet', 'dotnet Rates.dll', 'Rates'],
  ['dotnet', 'dotnet exec --depsfile x.json /app/Acme.Rates.dll', 'Acme.Rates'],
  ['dotnet', 'dotnet run', 'shop'],
  ['dotnet', '/app/Rates', 'Rates', { executable: '/app/Rates' }],

  [
    'erlang',
    'beam.smp -- -root /app -progname erl',
    'rates',
    { environment: { RELEASE_NAME: 'rates' } },
  ],
  ['erlang', 'beam.smp -- -sname rabbit@host -noshell', 'rabbit'],
  ['erlang', 'beam.smp', 'beam.smp'],

  ['go', '/usr/local/bin/rates -v', 'rates', { executable: '/usr/local/bin/rates' }],
  ['go', './main', 'rates', { executable: '/app/main', goPath: 'example.com/acme/cmd/rates' }],
  [
    'go',
    './server',
    'rates',
    { executable: '/opt/rates/server', goPath: 'command-line-arguments/main' },
  ],
  ['rust', '/app/server', 'server', { executable: '/app/server' }],
  ['unknown', '/usr/sbin/nginx', 'nginx', { executable: '/usr/sbin/nginx' }],
  ['unknown', 'nginx:§worker§process', 'nginx', { executable: '/usr/sbin/nginx' }],
  ['unknown', '/usr/bin/perl /srv/rates.pl', 'rates', { executable: '/usr/bin/perl' }],
  ['unknown', 'bash -c x', 'bash', { executable: '/usr/bin/bash' }],
  ['unknown', 'whatever --x', 'whatever', { executable: '' }],
]

describe('service name', () => {
  for (const [language, line, name, given] of NAMES) {
    const command = line.split(' ').map((part) => part.replaceAll('§', ' '))
    const where = given?.directory ? ` in ${given.directory}` : ''
    const files = given?.files ? ' with package.json' : ''
    test(`is ${name} for ${command.join(' ')}${where}${files} (${language})`, () => {
      expect(serviceName(facts(language, command, given)).name).toBe(name)
    })
  }

  test('takes OTEL_SERVICE_NAME before everything else', () => {
    const given = {
      environment: { OTEL_SERVICE_NAME: ' till ', OTEL_RESOURCE_ATTRIBUTES: 'service.name=x' },
    }
    const all = { ...facts('python', ['python3', 'shop.py'], given), containerName: 'box' }
    expect(serviceName(all)).toEqual({ name: 'till', from: 'environment' })
  })

  test('takes service.name of OTEL_RESOURCE_ATTRIBUTES before a container', () => {
    const given = { environment: { OTEL_RESOURCE_ATTRIBUTES: 'a=b,service.name=my%20till' } }
    const all = { ...facts('python', ['python3', 'shop.py'], given), containerName: 'box' }
    expect(serviceName(all)).toEqual({ name: 'my till', from: 'environment' })
  })

  test('takes the property that the Java agent would take', () => {
    const java = facts('java', ['java', '-Dotel.service.name=till', '-jar', 'shop.jar'])
    expect(serviceName(java)).toEqual({ name: 'till', from: 'environment' })
  })

  test('takes a container before a unit, a unit before a script', () => {
    const cgroup = parseCgroup('0::/system.slice/till@2.service')
    const base = { ...facts('python', ['python3', 'shop.py']), cgroup }
    expect(serviceName({ ...base, containerName: 'box' })).toEqual({
      name: 'box',
      from: 'container',
    })
    expect(serviceName(base)).toEqual({ name: 'till', from: 'systemd' })
  })

  test('ignores units that only start other programs', () => {
    for (const unit of ['cron', 'ssh', 'docker', 'user@1000', 'supervisor']) {
      const cgroup = parseCgroup(`0::/system.slice/${unit}.service`)
      const all = { ...facts('python', ['python3', 'shop.py']), cgroup }
      expect(serviceName(all)).toEqual({ name: 'shop', from: 'script' })
    }
  })

  test('takes the name a program was started by through a link, if the kernel says so too', () => {
    const given = { executable: '/usr/bin/redis-check-rdb' }
    const redis = facts('unknown', ['redis-server 127.0.0.1:6379'], given)
    expect(serviceName({ ...redis, comm: 'redis-server' }).name).toBe('redis-server')
    expect(serviceName({ ...redis, comm: 'bio_close_file' }).name).toBe('redis-check-rdb')
    const httpd = facts('unknown', ['httpd', '-f'], { executable: '/bin/busybox' })
    expect(serviceName({ ...httpd, comm: 'httpd' }).name).toBe('httpd')
  })

  test('falls back to the executable, then to comm', () => {
    expect(serviceName(facts('unknown', [], { executable: '/usr/sbin/nginx' })).from).toBe(
      'executable',
    )
    expect(serviceName(facts('unknown', [], { executable: '' }))).toEqual({
      name: 'comm',
      from: 'comm',
    })
  })
})
