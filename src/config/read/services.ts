import { get, isMap, textOf } from '../yaml/yaml-value.ts'
import type { JobConfig } from './user-config.ts'

/** Sections with the address of a service on the user's own network. */
export const serviceNames = ['tautulli', 'radarr', 'sonarr', 'tracearr', 'yamtrack', 'floppy'] as const
export type ServiceName = (typeof serviceNames)[number]

/**
 * Overlay files name lists of these services by an address that must begin with that of the section. The address
 * therefore stays in the run config, and the gate leads to it.
 */
const namedByAddress: ReadonlySet<ServiceName> = new Set(['yamtrack', 'floppy'])

export interface ServiceAddress {
  service: ServiceName
  url: string
  /** False: the run config keeps the user's own address. */
  isRewritten: boolean
}

/**
 * The distinct addresses of these services, from the config and from these libraries. Anything but http and https
 * is left out.
 */
export function listServices(config: JobConfig, libraries: readonly string[]): ServiceAddress[] {
  const used = config.libraries.filter(({ mappingName }) => libraries.includes(mappingName))
  const parents = [config.document, ...used.flatMap(({ data }) => data ?? [])]
  const found = new Map<string, ServiceAddress>()
  for (const parent of parents) {
    for (const service of serviceNames) {
      const section = get(parent, service)
      const url = isMap(section) ? textOf(section.get('url')) : ''
      if (isHttp(url)) found.set(`${service} ${url}`, { service, url, isRewritten: !namedByAddress.has(service) })
    }
  }
  return [...found.values()]
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}
