import { trimEndOf } from '../../util/trim-end.ts'
import { ownSecretPrefix, secretName } from '../read/environment/secrets.ts'
import { get, isMap, textOf, walkScalars, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'
import { listServiceValues, type ServiceValues } from './service-values.ts'

/** What a value that stands for a secret is called: two values of one name are one secret. null: it stands for none. */
export type MarkOf = (text: string, path: readonly string[]) => string | null

export interface SecretUse {
  /** The same for the same use, in whichever order and library: a secret, its place, and the addresses that it goes to. */
  id: string
  /** The keys that lead to the value. */
  path: readonly string[]
  /** At which place it stands, or to whom it goes from there. */
  what: 'place' | 'addresses'
}

/**
 * Where a config uses its secrets, after aliases, merges and inheritance: each value that stands for one, and each service's
 * addresses with the secrets that go there. A config whose uses are among those of another sends no secret anywhere new.
 */
export function secretUses(document: YamlValue, markOf: MarkOf): SecretUse[] {
  if (!isMap(document)) return []
  const uses: SecretUse[] = []
  walkScalars(document, (scalar, path) => {
    const mark = typeof scalar === 'string' ? markOf(scalar.trim(), path) : null
    if (mark !== null) uses.push({ id: JSON.stringify(['at', shape(path), mark]), path, what: 'place' })
  })
  // Without a secret there is nothing to compare: most configs of a job folder are such.
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
  // A certificate that is looked at where it was not before is no harm.
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

/** An entry that was put in or taken out above moves the numbers of a list, and a library may have another name. */
function shape(path: readonly string[]): string[] {
  return path.map((key, at) => (/^\d+$/.test(key) ? '#' : at === 1 && path[0] === 'libraries' ? '*' : key))
}

/** As it stands: two spellings that one program takes for the same address may be two for another one. */
const plainAddress = (text: string): string => trimEndOf(text, '/')

/** `<<name>>` and Plex's `ENV`, which Kometa fills in: not inside `template_variables`, except for names of ours. */
export const namedMark: MarkOf = (text, path) => {
  if (text.toLowerCase() === 'env' && path.at(-2) === 'plex' && /^(?:url|token)$/.test(path.at(-1) ?? '')) return 'ENV'
  if (!/<<[\w-]+>>/.test(text)) return null
  return path.includes('template_variables') && !namesOurs(text) ? null : text
}

/** Whether one of the names is of those that the studio gives to secrets. */
export const namesOurs = (text: string): boolean =>
  [...text.matchAll(/<<([\w-]+)>>/g)].some(([, name = '']) => secretName(name).startsWith(ownSecretPrefix))
