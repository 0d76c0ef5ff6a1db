import { ownSecretPrefix } from '../../config/secrets.ts'
import { secretMask } from '../../contract/api-connect.ts'
import type { Mask } from './mask-config.ts'
import { type Place, readPlaces } from './yaml-places.ts'

export interface UnmaskProblem {
  message: string
  place: Place
}

export interface UnmaskedConfig {
  /** The config with `<<name>>` where secrets stand: this may go into a file. */
  text: string
  /** Name -> value, for those names. In memory, or in the secret store of a job. */
  secrets: Record<string, string>
  problems: UnmaskProblem[]
}

const maskPattern = new RegExp(`^${secretMask}(\\d{1,4})$`)

/**
 * Puts secrets back into an edited config by their place: a mask counts where its secret stood and for the address that
 * it was written for, and nowhere else. Or a mask that is moved into an overlay's text, or beside another `url`, would
 * send the secret there.
 */
export function unmaskConfig(edited: string, masks: readonly Mask[]): UnmaskedConfig {
  const places = readPlaces(edited)
  const byNumber = new Map(masks.map((mask) => [mask.number, mask]))
  const knownPlexUrls = new Set(
    masks.flatMap(({ path, url }) => (path?.at(-2) === 'plex' && url !== null ? [url] : [])),
  )
  const secrets: Record<string, string> = {}
  const problems: UnmaskProblem[] = []
  let text = ''
  let at = 0
  for (const place of places.all) {
    const { scalar, path } = place
    if (scalar === null) continue
    if (isPlexUrl(path) && knownPlexUrls.size > 0 && !knownPlexUrls.has(scalar.text)) {
      const token = places.find([...path.slice(0, -1), 'token'])?.scalar?.text ?? ''
      if (token === '' || token.includes(secretMask)) {
        problems.push({
          place,
          message: 'The address is a new one: type its token beside it. A hidden one is not sent there.',
        })
      }
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
    const name = `${ownSecretPrefix}${mask.number}`
    secrets[name] = mask.value
    const lineBreaks = edited.slice(scalar.start, scalar.end).match(/\n/g)?.join('') ?? ''
    text += `${edited.slice(at, scalar.start)}"<<${name}>>"${lineBreaks}`
    at = scalar.end
  }
  return { text: text + edited.slice(at), secrets, problems }
}

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
