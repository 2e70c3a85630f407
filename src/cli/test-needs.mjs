// What the tests need on the machine: how to see that it is there, and the Debian package that
// brings it. Probed by use, not by package: what came another way is as good.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const PYTHON = '/usr/bin/python3'

/** `probe` is a command that ends with 0, `file` a path that exists. */
const NEEDS = [
  { what: 'C compiler', probe: ['cc', '--version'], packages: ['gcc', 'libc6-dev'] },
  { what: 'make', probe: ['make', '--version'], packages: ['make'] },
  { what: 'clang 14', probe: ['clang-14', '--version'], packages: ['clang-14'] },
  { what: 'llvm-strip 14', probe: ['llvm-strip-14', '--version'], packages: ['llvm-14'] },
  { what: 'bpftool', probe: ['bpftool', 'version'], packages: ['bpftool'] },
  {
    what: 'headers of libbpf',
    file: '/usr/include/bpf/bpf_helpers.h',
    packages: ['libbpf-dev', 'linux-libc-dev'],
  },
  { what: 'nginx', probe: ['nginx', '-v'], packages: ['nginx-light'] },
  {
    what: 'Python with requests and aiohttp',
    probe: [PYTHON, '-c', 'import requests, aiohttp'],
    packages: ['python3', 'python3-requests', 'python3-aiohttp'],
  },
  {
    what: 'Redis',
    probe: ['redis-server', '--version'],
    packages: ['redis-server'],
  },
  {
    what: 'Python with redis',
    probe: [PYTHON, '-c', 'import redis'],
    packages: ['python3-redis'],
  },
  {
    what: 'PostgreSQL',
    probe: ['sh', '-c', 'ls /usr/lib/postgresql/*/bin/initdb'],
    packages: ['postgresql'],
  },
  {
    what: 'Python with psycopg2',
    probe: [PYTHON, '-c', 'import psycopg2'],
    packages: ['python3-psycopg2'],
  },
  {
    what: 'Python with grpcio',
    probe: [PYTHON, '-c', 'import grpc'],
    packages: ['python3-grpcio'],
  },
  {
    what: 'MariaDB',
    probe: ['sh', '-c', 'command -v mariadbd && command -v mariadb'],
    packages: ['mariadb-server', 'mariadb-client'],
  },
  {
    what: 'Python with PyMySQL',
    probe: [PYTHON, '-c', 'import pymysql'],
    packages: ['python3-pymysql'],
  },
  {
    what: 'PHP with libcurl',
    probe: ['php', '-r', 'exit(function_exists("curl_init") ? 0 : 1);'],
    packages: ['php-cli', 'php-curl'],
  },
  { what: 'Java compiler', probe: ['javac', '-version'], packages: ['default-jdk-headless'] },
  { what: 'Go', probe: ['go', 'version'], packages: ['golang-go'] },
  { what: 'curl', probe: ['curl', '--version'], packages: ['curl'] },
  { what: 'wrk', probe: ['sh', '-c', 'command -v wrk'], packages: ['wrk'] },
  { what: 'openssl', probe: ['openssl', 'version'], packages: ['openssl'] },
  { what: 'iptables', probe: ['iptables', '--version'], packages: ['iptables'] },
  { what: 'network namespaces', probe: ['ip', '-V'], packages: ['iproute2'] },
  {
    what: 'an emulator for a guest kernel',
    probe: ['qemu-system-x86_64', '--version'],
    packages: ['qemu-system-x86'],
  },
  {
    what: 'static busybox',
    probe: ['sh', '-c', 'test -x /bin/busybox && ! ldd /bin/busybox'],
    packages: ['busybox-static'],
  },
  {
    what: 'unshare and setpriv',
    probe: ['sh', '-c', 'command -v unshare && command -v setpriv'],
    packages: ['util-linux'],
  },
  {
    what: 'name server and dig',
    probe: ['sh', '-c', 'command -v dnsmasq && command -v dig'],
    packages: ['dnsmasq-base', 'bind9-dnsutils'],
  },
  { what: 'tshark', probe: ['tshark', '--version'], packages: ['tshark'] },
  {
    what: 'certificates',
    file: '/etc/ssl/certs/ca-certificates.crt',
    packages: ['ca-certificates'],
  },
]

/** Sits in /usr/sbin, where other users and a bare PATH do not look. */
const PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`

export function missingNeeds(needs = NEEDS) {
  return needs.filter(({ probe, file }) =>
    file === undefined ? !succeeds(probe) : !existsSync(file),
  )
}

export function packagesOf(needs) {
  return [...new Set(needs.flatMap(({ packages }) => packages))]
}

export function environment() {
  return { ...process.env, PATH }
}

function succeeds([program, ...args]) {
  const { status } = spawnSync(program, args, { stdio: 'ignore', env: environment() })
  return status === 0
}
