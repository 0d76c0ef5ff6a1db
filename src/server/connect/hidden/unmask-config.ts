import { ownSecretPrefix } from '../../../config/read/environment/secrets.ts'
import { type Place, type Places, readPlaces } from '../../../config/yaml/yaml-places.ts'
import { secretMask } from '../../../contract/api/api-connect.ts'
import { type HiddenBefore, hiddenProblems, isReadable } from './hidden-uses.ts'
import type { Mask, MaskedConfig, Restored } from './mask-config.ts'

export interface UnmaskProblem {
  message: string
  place: Place
}

export interface RestoredConfig {
  /** The config with its secrets, or the edit as it is if there are problems. It is never written to disk. */
  text: string
  problems: UnmaskProblem[]
  /** The values that were put back. They are secret, whatever their keys are. */
  restored: readonly Restored[]
}

const maskPattern = new RegExp(`^${secretMask}(\\d{1,4})$`)

/**
 * Puts secrets back into an edited config. A mask stands for its secret only at the same key and beside the same
 * address: otherwise a mask that is moved into an overlay's text, or beside another `url`, would send the secret there.
 */
export function restoreConfig(edited: string, masks: readonly Mask[], before: HiddenBefore): RestoredConfig {
  const places = readPlaces(edited)
  const problems = hiddenProblems(edited, before).map(({ path, message }) => ({
    message,
    place: placeOf(places, path),
  }))
  const values = new Map(masks.map(({ number, value }) => [number, value]))
  const restored: Restored[] = []
  let text = ''
  let at = 0
  // An edit with problems, or one that cannot be read, gets no secrets.
  const isWell = problems.length === 0 && isReadable(edited)
  for (const { scalar, path } of isWell ? places.all : []) {
    const value = values.get(Number(maskPattern.exec(scalar?.text ?? '')?.[1]))
    if (scalar === null || value === undefined || scalar.start < at) continue
    restored.push({ path, value })
    text += edited.slice(at, scalar.start) + quoted(value) + lineBreaksOf(edited, scalar)
    at = scalar.end
  }
  return { text: text + edited.slice(at), problems, restored }
}

/** Where a value is; for a value from an alias or a merge, the nearest key above it. */
function placeOf(places: Places, path: readonly string[]): Place {
  for (let length = path.length; length > 0; length -= 1) {
    const place = places.find(path.slice(0, length))
    if (place) return place
  }
  return { path, start: 0, end: 0, scalar: null, isList: false }
}

/**
 * The config with `<<name>>` in place of each secret, which may be written into a file, and the values of the names.
 */
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

/** The line breaks of the scalar, so that every line keeps its number. */
const lineBreaksOf = (text: string, { start, end }: { start: number; end: number }): string =>
  text.slice(start, end).match(/\n/g)?.join('') ?? ''

/** JSON's escapes are valid in YAML's double quotes. */
const quoted = (value: string): string => JSON.stringify(value)
