import { ownSecretPrefix } from '../../config/secrets.ts'
import { type Place, readPlaces } from '../../config/yaml/yaml-places.ts'
import { secretMask } from '../../contract/api-connect.ts'
import type { Mask, MaskedConfig } from './mask-config.ts'

export interface UnmaskProblem {
  message: string
  place: Place
}

export interface RestoredConfig {
  /** The config with its secrets. In memory only. */
  text: string
  problems: UnmaskProblem[]
}

const maskPattern = new RegExp(`^${secretMask}(\\d{1,4})$`)

/**
 * Puts secrets back into an edited config by their place: a mask counts where its secret stood and for the address that
 * it was written for, and nowhere else. Or a mask that is moved into an overlay's text, or beside another `url`, would
 * send the secret there.
 */
export function restoreConfig(edited: string, masks: readonly Mask[]): RestoredConfig {
  const places = readPlaces(edited)
  const byNumber = new Map(masks.map((mask) => [mask.number, mask]))
  const knownPlexUrls = new Set(
    masks.flatMap(({ path, url }) => (path?.at(-2) === 'plex' && url !== null ? [url] : [])),
  )
  const problems: UnmaskProblem[] = []
  let text = ''
  let at = 0
  for (const place of places.all) {
    const { scalar, path } = place
    if (scalar === null) continue
    if (isPlexUrl(path) && knownPlexUrls.size > 0 && !knownPlexUrls.has(scalar.text)) {
      const token = places.find([...path.slice(0, -1), 'token'])?.scalar?.text ?? ''
      if (token === '' || token.includes(secretMask)) problems.push({ place, message: newAddress })
      continue
    }
    if (!scalar.text.includes(secretMask) || scalar.start < at) continue
    const mask = byNumber.get(Number(maskPattern.exec(scalar.text)?.[1]))
    const beside = places.find([...path.slice(0, -1), 'url'])?.scalar?.text ?? null
    const url = byNumber.get(Number(maskPattern.exec(beside ?? '')?.[1]))?.value ?? beside
    const why = mask ? whyNotHere(mask, path, url) : 'This stands for no secret of the config: type it.'
    if (why !== null || !mask) {
      problems.push({ place, message: why ?? '' })
      continue
    }
    text += edited.slice(at, scalar.start) + quoted(mask.value) + lineBreaksOf(edited, scalar)
    at = scalar.end
  }
  return { text: text + edited.slice(at), problems }
}

/** A masked config with `<<name>>` where its secrets stand, which may go into a file; and the values of the names. */
export function nameSecrets({ text, masks }: Pick<MaskedConfig, 'text' | 'masks'>): {
  text: string
  secrets: Record<string, string>
} {
  const byNumber = new Map(masks.map((mask) => [mask.number, mask]))
  const secrets: Record<string, string> = {}
  let result = ''
  let at = 0
  for (const { scalar } of readPlaces(text).all) {
    const mask = byNumber.get(Number(maskPattern.exec(scalar?.text ?? '')?.[1]))
    if (scalar === null || !mask || scalar.start < at) continue
    const name = `${ownSecretPrefix}${mask.number}`
    secrets[name] = mask.value
    result += `${text.slice(at, scalar.start)}"<<${name}>>"${lineBreaksOf(text, scalar)}`
    at = scalar.end
  }
  return { text: result + text.slice(at), secrets }
}

/** As many line breaks as the scalar had, so that every line keeps its number. */
const lineBreaksOf = (text: string, { start, end }: { start: number; end: number }): string =>
  text.slice(start, end).match(/\n/g)?.join('') ?? ''

/** YAML's double quotes take JSON's escapes. */
const quoted = (value: string): string => JSON.stringify(value)

const newAddress = 'The address is a new one: type its token beside it. A hidden one is not sent there.'

function whyNotHere(mask: Mask, path: readonly string[], url: string | null): string | null {
  const moved = 'A hidden secret counts only where it stood: type it here.'
  if (mask.path === null) return mask.key === path.at(-1) ? null : moved
  // An entry that was put in or taken out above moves the numbers of a list, and nothing else.
  const shape = (keys: readonly string[]) => JSON.stringify(keys.map((key) => (/^\d+$/.test(key) ? '#' : key)))
  if (shape(mask.path) !== shape(path)) return moved
  return mask.url === url || path.at(-1) === 'url'
    ? null
    : 'The address beside it is a new one: type the secret for it. A hidden one is not sent there.'
}

const isPlexUrl = (path: readonly string[]): boolean =>
  path.at(-1) === 'url' && path.at(-2) === 'plex' && (path.length === 2 || path[0] === 'libraries')
