import { listServiceValues } from '../../../config/trust/service-values.ts'
import { readPlaces } from '../../../config/yaml/yaml-places.ts'
import { parseYaml } from '../../../config/yaml/yaml-read.ts'
import { isMap } from '../../../config/yaml/yaml-value.ts'
import { secretMask } from '../../../contract/api/api-connect.ts'
import type { MissingSecret } from '../../../contract/api/api-jobs.ts'
import { AppError } from '../../../contract/errors.ts'
import { type HiddenBefore, refuseOurNames } from '../../connect/hidden/hidden-uses.ts'
import { type Mask, type MaskedConfig, maskConfig } from '../../connect/hidden/mask-config.ts'
import { restoreConfig } from '../../connect/hidden/unmask-config.ts'

/** The number of each mask in one text -> the number of the mask at the same key in another text. */
export function sameNumbers(text: string, now: MaskedConfig): Map<number, number> {
  const byPlace = new Map(now.masks.map(({ path, number }) => [JSON.stringify(path), number]))
  return new Map(
    masksIn(text).flatMap(({ number, path }) => {
      const own = byPlace.get(JSON.stringify(path))
      return own === undefined ? [] : [[number, own]]
    }),
  )
}

/** The masks in a text, and their keys. */
function masksIn(text: string): { number: number; path: readonly string[] }[] {
  return readPlaces(text).all.flatMap(({ scalar, path }) => {
    const digits = wholeMask.exec(scalar?.text ?? '')?.[1]
    return digits === undefined ? [] : [{ number: Number(digits), path }]
  })
}

const wholeMask = new RegExp(`^${secretMask}(\\d{1,4})$`)

/** The hidden secrets of a job's config that are no longer kept. */
export function missingSecrets(text: string, masks: readonly Mask[]): MissingSecret[] {
  const known = new Set(masks.map(({ number }) => number))
  const missing = masksIn(text).filter(({ number }) => !known.has(number))
  if (missing.length === 0) return []
  const document = parseYaml(text, 'config')
  const services = isMap(document) ? listServiceValues(document) : []
  return missing.map(({ number, path }) => {
    const mark = `${secretMask}${number}`
    const talking = services.filter(({ others }) => others.some((value) => value.text === mark))
    const addresses = [...new Set(talking.flatMap((service) => service.addresses.map((address) => address.text)))]
    return { number, place: path.join('.'), addresses }
  })
}

/** The text with the typed secrets in place of the masks with these numbers. */
export function typeSecrets(text: string, typed: ReadonlyMap<number, string>): string {
  let result = ''
  let at = 0
  for (const { scalar } of readPlaces(text).all) {
    const value = typed.get(Number(wholeMask.exec(scalar?.text ?? '')?.[1]))
    if (scalar === null || value === undefined || scalar.start < at) continue
    result += text.slice(at, scalar.start) + JSON.stringify(value)
    at = scalar.end
  }
  return result + text.slice(at)
}

/**
 * The text of an edit with its secrets, in memory only. Throws CONFIG_INVALID if a hidden secret would be sent
 * somewhere new.
 */
export function applyEdit(
  edited: string,
  { masks, before }: { masks: readonly Mask[]; before: HiddenBefore },
  name: string,
): MaskedConfig {
  parseYaml(edited, name)
  const { text, problems, restored } = restoreConfig(edited, masks, before)
  const [first] = problems
  if (first) throw new AppError('CONFIG_INVALID', `${first.place.path.join('.')}: ${first.message}`)
  refuseOurNames(text)
  return maskConfig(text, restored)
}
