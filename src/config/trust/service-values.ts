import { AppError } from '../../contract/errors.ts'
import { isSecretKey } from '../read/environment/redaction-secrets.ts'
import { getMap, isMap, textOf, walkScalars, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'

/** One value of the section of a service. */
export interface ServiceValue {
  /** The keys that lead to it from the top of the config. */
  path: readonly string[]
  /** The keys below the section. */
  key: string
  text: string
}

/**
 * What the config says about one service, for all libraries or for one: the addresses, and the values that Kometa
 * may send there.
 */
export interface ServiceValues {
  /** `plex`, `radarr`, ...: the key of the section. */
  service: string
  /** The library whose own section is laid over that of the config. null: the section of the config alone. */
  library: string | null
  addresses: readonly ServiceValue[]
  others: readonly ServiceValue[]
}

/** The most values of all services in one config. No config of Kometa has more. */
const maxValues = 200_000

/**
 * The values of every service as Kometa merges them: the section of a library over that of the config, key by key,
 * where a key without a value counts as missing (config.py:495-600, 1809-2230). It needs no list of services, so a
 * section of a later Kometa counts too.
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

/** `path` leads to `section` and ends with the key of the service. */
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

/**
 * Whether the value is the address of a service, by its key or because it looks like an address. A secret key never
 * names an address.
 */
function isAddress({ path, text }: ServiceValue): boolean {
  const last = path.findLast((key) => !/^\d+$/.test(key)) ?? ''
  return !isSecretKey(last) && (addressKey.test(last) || text.includes('://'))
}
