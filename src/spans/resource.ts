import { createHash } from 'node:crypto'
import type { Attributes } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { VERSION } from '../base/version.ts'
import type { Config } from '../config/config.ts'
import type { Host } from '../processes/host.ts'
import type { Language, Process } from '../processes/process.ts'
import * as names from './attributes.ts'
import type { Redaction } from './redact.ts'

type Resource = ReadableSpan['resource']

/** The one scope of all spans: exporters group by this very object. */
export const SCOPE: ReadableSpan['instrumentationScope'] = {
  name: 'underspan',
  version: VERSION,
  schemaUrl: names.SCHEMA_URL,
}

/** `process.runtime.name`, where `Process.runtimeVersion` does not say one. */
const RUNTIME_NAMES: { readonly [L in Language]?: string } = {
  dotnet: '.NET',
  erlang: 'BEAM',
  go: 'go',
  java: 'OpenJDK Runtime Environment',
  nodejs: 'nodejs',
  php: 'php',
  ruby: 'ruby',
  rust: 'rustc',
}

/** As SDKs call a service of which they know no name. */
const NAMELESS = 'unknown_service'

/** For ids made of something that already is one: semantic conventions, service.instance.id. */
const INSTANCE_NAMESPACE = Buffer.from('4d63009a8d0f11eeaad74c796ed8e320', 'hex')

/** One resource per process, and always the same object for it. */
export class Resources {
  readonly #host: Host
  readonly #config: Pick<Config, 'resource'>
  readonly #redaction: Redaction
  readonly #known = new WeakMap<Process, Resource>()

  constructor(host: Host, config: Pick<Config, 'resource'>, redaction: Redaction) {
    this.#host = host
    this.#config = config
    this.#redaction = redaction
  }

  of(process: Process): Resource {
    const known = this.#known.get(process)
    if (known) return known
    const resource = new FixedResource(this.#attributes(process))
    this.#known.set(process, resource)
    return resource
  }

  /** What a person wrote beats what was found; what the process says of itself beats both. */
  #attributes(process: Process): Attributes {
    const { resource } = this.#config
    const attributes: Attributes = {
      [names.SERVICE_NAME]: process.serviceName,
      [names.SERVICE_NAMESPACE]: process.serviceNamespace,
      [names.SERVICE_INSTANCE_ID]: instanceId(this.#host, process),
      ...this.#hostAttributes(),
      ...this.#processAttributes(process),
      [names.TELEMETRY_SDK_LANGUAGE]: process.language,
      [names.TELEMETRY_SDK_NAME]: 'underspan',
      [names.TELEMETRY_SDK_VERSION]: VERSION,
      [names.TELEMETRY_DISTRO_NAME]: 'underspan',
      [names.TELEMETRY_DISTRO_VERSION]: VERSION,
      [names.SERVICE_NAME_FROM]: process.serviceNameFrom,
    }
    for (const { name, value } of resource.attributes) attributes[name] = value
    for (const { name, value } of process.attributes) attributes[name] = value
    if (process.serviceNameFrom === 'environment')
      attributes[names.SERVICE_NAME] = process.serviceName
    if (resource.serviceName !== '') attributes[names.SERVICE_NAME] = resource.serviceName
    attributes[names.SERVICE_NAME] ||= NAMELESS
    return withoutEmpty(attributes)
  }

  #hostAttributes(): Attributes {
    const host = this.#host
    return {
      [names.HOST_NAME]: host.name,
      [names.HOST_ARCH]: host.arch,
      [names.HOST_ID]: host.id,
      [names.OS_TYPE]: 'linux',
      [names.OS_NAME]: host.osName,
      [names.OS_VERSION]: host.osVersion || host.kernel,
    }
  }

  #processAttributes(process: Process): Attributes {
    const { executable, language } = process
    const [runtime, version] = runtimeOf(process)
    return {
      [names.PROCESS_PID]: process.tgid,
      [names.PROCESS_PARENT_PID]: process.parent || '',
      [names.PROCESS_EXECUTABLE_NAME]: executable.slice(executable.lastIndexOf('/') + 1),
      [names.PROCESS_EXECUTABLE_PATH]: executable,
      [names.PROCESS_COMMAND_ARGS]: this.#redaction.args(process.command),
      [names.PROCESS_OWNER]: process.user,
      [names.PROCESS_RUNTIME_NAME]: runtime || (RUNTIME_NAMES[language] ?? ''),
      [names.PROCESS_RUNTIME_VERSION]: version,
      [names.CONTAINER_ID]: process.containerId,
      [names.K8S_POD_UID]: process.podUid,
      [names.SYSTEMD_UNIT]: process.systemdUnit,
    }
  }
}

/** `CPython 3.11` is name and version, `v20.20.2` the version alone, `Bun` the name alone. */
function runtimeOf({ runtimeVersion }: Process): [runtime: string, version: string] {
  const at = runtimeVersion.indexOf(' ')
  if (at > 0) return [runtimeVersion.slice(0, at), runtimeVersion.slice(at + 1)]
  return /^\D*$/.test(runtimeVersion) ? [runtimeVersion, ''] : ['', runtimeVersion]
}

function withoutEmpty(attributes: Attributes): Attributes {
  for (const key of Object.keys(attributes)) {
    const value = attributes[key]
    const empty = value === '' || (Array.isArray(value) && value.length === 0)
    if (empty) delete attributes[key]
  }
  return attributes
}

/** Of host, process and its start: the same whichever agent looks. */
function instanceId(host: Host, process: Process): string {
  return uuidOf(`${host.id || host.name}/${process.tgid}/${process.start}`)
}

/** All processes of a service on this host together, of the resource of one; `kept`: further names. */
export function serviceResource(of: Attributes, kept: ReadonlySet<string>): FixedResource {
  const attributes: Attributes = {}
  for (const [name, value] of Object.entries(of))
    if (SHARED.has(name) || kept.has(name)) attributes[name] = value
  const host = of[names.HOST_ID] ?? of[names.HOST_NAME]
  const service = `${of[names.SERVICE_NAMESPACE] ?? ''}/${of[names.SERVICE_NAME]}`
  attributes[names.SERVICE_INSTANCE_ID] = uuidOf(`${host}/${service}`)
  return new FixedResource(attributes)
}

/** What all processes of a service on a host have in common. */
const SHARED: ReadonlySet<string> = new Set([
  names.SERVICE_NAME,
  names.SERVICE_NAMESPACE,
  names.HOST_NAME,
  names.HOST_ARCH,
  names.HOST_ID,
  names.OS_TYPE,
  names.TELEMETRY_DISTRO_NAME,
  names.TELEMETRY_DISTRO_VERSION,
])

/** Version 5: RFC 9562, 5.5. */
function uuidOf(name: string): string {
  const hash = createHash('sha1').update(INSTANCE_NAMESPACE).update(name)
  const bytes = hash.digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** A resource whose attributes are all known. */
export class FixedResource implements Resource {
  readonly attributes: Attributes
  readonly schemaUrl = names.SCHEMA_URL
  readonly asyncAttributesPending = false

  constructor(attributes: Attributes) {
    this.attributes = attributes
  }

  merge(other: Resource | null): Resource {
    return other ? new FixedResource({ ...this.attributes, ...other.attributes }) : this
  }

  getRawAttributes(): ReturnType<Resource['getRawAttributes']> {
    return Object.entries(this.attributes)
  }
}
