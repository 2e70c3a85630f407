import type { Cgroup } from './cgroup.ts'
import { attributeValue, type NamedValue } from './environment.ts'
import { scriptName } from './names/script-name.ts'
import type { Language, Process } from './process.ts'
import { baseName, type Program } from './program.ts'

export interface ServiceName {
  readonly name: string
  readonly from: Process['serviceNameFrom']
}

/** What a service name is found from. */
export interface NamingFacts {
  readonly program: Program
  readonly language: Language
  readonly cgroup: Cgroup
  readonly comm: string
  /** Of the process's own OTEL_RESOURCE_ATTRIBUTES. */
  readonly attributes: readonly NamedValue[]
  /** '' when there is no container, or its name cannot be read. */
  readonly containerName: string
}

/** Units that start whatever they are told to: their name says nothing about the program. */
const UMBRELLAS = new Set(
  `atd containerd cri-docker crio cron crond docker getty gitlab-runner jenkins k3s kubelet libvirtd
  podman rc-local runit serial-getty snapd ssh sshd supervisor supervisord systemd-nspawn user`.split(
    /\s+/,
  ),
)

const LONGEST_NAME = 255

/** The first that says something: environment, container, unit, script, executable, comm. */
export function serviceName(facts: NamingFacts): ServiceName {
  const { name, from } = findName(facts)
  return { name: name.slice(0, LONGEST_NAME), from }
}

function findName(facts: NamingFacts): ServiceName {
  const { program, cgroup } = facts
  const told = program.environment.get('OTEL_SERVICE_NAME')?.trim()
  const name = told || attributeValue(facts.attributes, 'service.name') || javaAgentName(facts)
  if (name !== '') return { name, from: 'environment' }
  if (facts.containerName !== '') return { name: facts.containerName, from: 'container' }
  const unit = unitName(cgroup.systemdUnit)
  if (unit !== '') return { name: unit, from: 'systemd' }
  const executable = executableName(facts)
  const script = scriptName(facts.language, program)
  if (script !== '' && script !== executable) return { name: script, from: 'script' }
  if (executable !== '') return { name: executable, from: 'executable' }
  return { name: facts.comm, from: 'comm' }
}

/** The Java agent's own way to be told: as a property. */
function javaAgentName(facts: NamingFacts): string {
  if (facts.language !== 'java') return ''
  const property = '-Dotel.service.name='
  return facts.program.command.find((arg) => arg.startsWith(property))?.slice(property.length) ?? ''
}

/** `shop@3.service` is `shop`. */
function unitName(unit: string): string {
  const name = unit.replace(/\.service$/, '').split('@')[0] ?? ''
  return UMBRELLAS.has(name) ? '' : name
}

/** `python3.11` without a script is `python`; programs keep their digits. */
function executableName({ program, comm }: NamingFacts): string {
  const { executable, command } = program
  const onDisk = executable.startsWith('/memfd:') ? '' : executable
  const called = baseName(command[0]?.split(' ')[0] ?? '')
  // Started through a link (redis-server is redis-check-rdb, httpd is busybox): the kernel names it so.
  const name = called !== '' && called === comm ? called : baseName(onDisk) || called
  return name.replace(/^(python|pypy|ruby|php|perl|lua)[\d.]+$/, '$1')
}
