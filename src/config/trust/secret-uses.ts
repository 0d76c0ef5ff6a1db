import { trimEndOf } from '../../util/trim-end.ts'
import { ownSecretPrefix, secretName } from '../read/environment/secrets.ts'
import { get, isMap, textOf, walkScalars, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'
import { listServiceValues, type ServiceValues } from './service-values.ts'

/**
 * The mark of a value that stands for a secret. Two values with one mark are one secret. null: the value stands for
 * none.
 */
export type MarkOf = (text: string, path: readonly string[]) => string | null

export interface SecretUse {
  /**
   * Equal for equal uses, whatever the order and the library: a secret, its place, and the addresses that it goes
   * to.
   */
  id: string
  /** The keys that lead to the value. */
  path: readonly string[]
  /** Whether the use is the place of the value or the addresses that it goes to. */
  what: 'place' | 'addresses'
}

/**
 * Lists where a config uses its secrets, after aliases, merges and inheritance: each value that stands for a
 * secret, and the addresses of each service with the secrets that go there. If all uses of one config are among
 * those of another, it sends no secret anywhere new.
 */
export function secretUses(document: YamlValue, markOf: MarkOf): SecretUse[] {
  if (!isMap(document)) return []
  const uses: SecretUse[] = []
  walkScalars(document, (scalar, path) => {
    const mark = typeof scalar === 'string' ? markOf(scalar.trim(), path) : null
    if (mark !== null) uses.push({ id: JSON.stringify(['at', shape(path), mark]), path, what: 'place' })
  })
  // Most configs of job folders have no secret, and then there is nothing to compare.
  if (uses.length === 0) return []
  for (const service of listServiceValues(document)) uses.push(...usesOf(service, document, markOf))
  return uses
}

function usesOf(service: ServiceValues, document: YamlMap, markOf: MarkOf): SecretUse[] {
  const { addresses, others } = service
  const marked = [...others, ...addresses].flatMap((value) => {
    const mark = markOf(value.text, value.path)
    return mark === null ? [] : [{ ...value, mark }]
  })
  const places = addresses.filter(({ text }) => text !== '')
  if (marked.length === 0 || places.length === 0) return []
  const to = [...new Set(places.map(({ text, path }) => markOf(text, path) ?? plainAddress(text)))].sort()
  // It does no harm to check a certificate that was not checked before.
  const ways = isVerified(service, document) ? ['verified'] : ['verified', 'unverified']
  return marked.flatMap(({ key, path, mark }) =>
    ways.map((way) => ({
      id: JSON.stringify(['to', service.service, shape(key.split('.')), mark, to, way]),
      path,
      what: 'addresses' as const,
    })),
  )
}

function isVerified({ others }: ServiceValues, document: YamlMap): boolean {
  const own = others.find(({ key, text }) => key === 'verify_ssl' && /^(?:True|False)$/.test(text))
  return (own?.text ?? textOf(get(document, 'settings', 'verify_ssl'))) !== 'False'
}

/** List positions change when an entry above is added or removed, and a library may be renamed: both are ignored. */
function shape(path: readonly string[]): string[] {
  return path.map((key, at) => (/^\d+$/.test(key) ? '#' : at === 1 && path[0] === 'libraries' ? '*' : key))
}

/** The address as written. Two spellings that are one address to one program may be two to another. */
const plainAddress = (text: string): string => trimEndOf(text, '/')

/**
 * The mark of `<<name>>` and of Plex's `ENV`, which Kometa fills in. Kometa fills nothing into
 * `template_variables`, so only our own names count there.
 */
export const namedMark: MarkOf = (text, path) => {
  if (text.toLowerCase() === 'env' && path.at(-2) === 'plex' && /^(?:url|token)$/.test(path.at(-1) ?? '')) return 'ENV'
  if (!/<<[\w-]+>>/.test(text)) return null
  return path.includes('template_variables') && !namesOurs(text) ? null : text
}

/** Whether one of the names is one that the studio gives to secrets. */
export const namesOurs = (text: string): boolean =>
  [...text.matchAll(/<<([\w-]+)>>/g)].some(([, name = '']) => secretName(name).startsWith(ownSecretPrefix))
