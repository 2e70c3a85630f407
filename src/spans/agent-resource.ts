import { randomUUID } from 'node:crypto'
import { VERSION } from '../base/version.ts'
import type { Config } from '../config/config.ts'
import type { Host } from '../processes/host.ts'
import * as names from './attributes.ts'
import { FixedResource } from './resource.ts'

/** On no span: only the agent's own metrics have it. */
const INSTANCE = 'underspan.instance'

/** The agent itself, as the source of its own metrics; each run is an instance. */
export function agentResource(host: Host, { resource, instance }: Config): FixedResource {
  const attributes: Record<string, string | number> = {
    [names.SERVICE_NAME]: 'underspan',
    [names.SERVICE_VERSION]: VERSION,
    [names.SERVICE_INSTANCE_ID]: randomUUID(),
    [names.HOST_NAME]: host.name,
    [names.HOST_ARCH]: host.arch,
    [names.OS_TYPE]: 'linux',
    [names.PROCESS_PID]: process.pid,
    [names.TELEMETRY_DISTRO_NAME]: 'underspan',
    [names.TELEMETRY_DISTRO_VERSION]: VERSION,
    [INSTANCE]: instance,
  }
  if (host.id !== '') attributes[names.HOST_ID] = host.id
  for (const { name, value } of resource.attributes) attributes[name] = value
  return new FixedResource(attributes)
}
