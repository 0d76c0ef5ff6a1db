import type { JobConfig } from './job-config.ts'
import { get, isMap, textOf } from './yaml-value.ts'

/** Sections with the address of a service on the user's own network. */
const serviceNames = ['tautulli', 'radarr', 'sonarr'] as const

export interface ServiceAddress {
  service: (typeof serviceNames)[number]
  url: string
}

/** The distinct addresses of Tautulli, Radarr and Sonarr, of the config and of these libraries; odd ones are left out. */
export function listServices(config: JobConfig, libraries: readonly string[]): ServiceAddress[] {
  const used = config.libraries.filter(({ mappingName }) => libraries.includes(mappingName))
  const parents = [config.document, ...used.flatMap(({ data }) => data ?? [])]
  const found = new Map<string, ServiceAddress>()
  for (const parent of parents) {
    for (const service of serviceNames) {
      const section = get(parent, service)
      const url = isMap(section) ? textOf(section.get('url')) : ''
      if (isHttp(url)) found.set(`${service} ${url}`, { service, url })
    }
  }
  return [...found.values()]
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}
