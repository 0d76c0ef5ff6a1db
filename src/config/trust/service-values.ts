import { AppError } from '../../contract/errors.ts'
import { isSecretKey } from '../read/environment/redaction-secrets.ts'
import { getMap, isMap, textOf, walkScalars, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'

/** One value of a service's section. */
export interface ServiceValue {
  /** The keys that lead to it in the whole config. */
  path: readonly string[]
  /** The same below the section. */
  key: string
  text: string
}

/** What Kometa has for one service, for all libraries or for one of them: whom it talks to, and what else it may say there. */
export interface ServiceValues {
  /** `plex`, `radarr`, ...: the section's key. */
  service: string
  /** The library whose own section lies over that of the config; null: the section of the config alone. */
  library: string | null
  addresses: readonly ServiceValue[]
  others: readonly ServiceValue[]
}

/** Of all services of one config: more than these are no config of Kometa's. */
const maxValues = 200_000

/**
 * The values of every service as Kometa joins them: a library's own section over that of the config, key by key, where a key
 * without a value counts as none (config.py:495-600, 1809-2230). No list of services: a section that a later Kometa brings is one too.
 */
export function listServiceValues(document: YamlMap): ServiceValues[] {
  let left = maxValues
  const count = (values: ServiceValue[]): ServiceValue[] => {
    left -= values.length
    if (left < 0) throw new AppError('CONFIG_INVALID', `the config has more than ${maxValues} values for its services`)
    return values
  }
  const found: ServiceValues[] = []
  const shared = new Map<string, ServiceValue[]>()
  for (const [key, section] of document) {
    const service = textOf(key)
    if (service === 'libraries') continue
    const values = count(valuesBelow(section, [service]))
    shared.set(service, values)
    found.push(split(service, null, values))
  }
  for (const [name, library] of getMap(document, 'libraries')) {
    if (!isMap(library)) continue
    for (const [key, section] of library) {
      if (!isMap(section)) continue
      const service = textOf(key)
      const own = valuesBelow(section, ['libraries', textOf(name), service])
      const set = new Set(own.map(({ key: below }) => below))
      const inherited = (shared.get(service) ?? []).filter(({ key: below }) => !set.has(below))
      found.push(split(service, textOf(name), count([...own, ...inherited])))
    }
  }
  return found
}

function split(service: string, library: string | null, values: readonly ServiceValue[]): ServiceValues {
  return {
    service,
    library,
    addresses: values.filter(isAddress),
    others: values.filter((value) => !isAddress(value)),
  }
}

/** `section` is at `path`: its service's key is the last one. */
function valuesBelow(section: YamlValue, path: readonly string[]): ServiceValue[] {
  const values: ServiceValue[] = []
  walkScalars(
    section,
    (scalar, keys) => {
      if (scalar === null) return
      values.push({ path: keys, key: keys.slice(path.length).join('.'), text: textOf(scalar).trim() })
    },
    path,
  )
  return values
}

const addressKey = /(?:^|_)(?:url|host|hostname|server|address|endpoint|domain|ip|port)$/i

/** Where a service is: by its key, or because it reads like an address. What its key calls secret is none. */
function isAddress({ path, text }: ServiceValue): boolean {
  const last = path.findLast((key) => !/^\d+$/.test(key)) ?? ''
  return !isSecretKey(last) && (addressKey.test(last) || text.includes('://'))
}
