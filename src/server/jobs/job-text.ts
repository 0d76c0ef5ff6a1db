import { ownSecretPrefix } from '../../config/secrets.ts'
import { listServiceValues } from '../../config/trust/service-values.ts'
import type { Trust } from '../../config/trust/trust.ts'
import { readPlaces } from '../../config/yaml/yaml-places.ts'
import { maxYamlBytes, parseYaml } from '../../config/yaml-read.ts'
import { isMap } from '../../config/yaml-value.ts'
import { secretMask } from '../../contract/api-connect.ts'
import type { MissingSecret } from '../../contract/api-jobs.ts'
import { AppError } from '../../contract/errors.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { type HiddenBefore, hiddenIn, refuseOurNames } from '../connect/hidden-uses.ts'
import { type Mask, type MaskedConfig, maskConfig } from '../connect/mask-config.ts'
import { restoreConfig } from '../connect/unmask-config.ts'
import { isLocal, type ReadUserConfig, readSnapshot } from './job-config.ts'
import { readJobText } from './job-files.ts'
import type { JobRecord } from './job-record.ts'

/** A job's config for an edit of it: what is hidden in it, where that stood, and what of it is known here. */
export interface JobText {
  /** Secrets masked. */
  text: string
  before: HiddenBefore
  /** The secrets that are known, by their numbers in `text`. */
  masks: readonly Mask[]
  /** No name in it stands for anything of this machine. */
  withoutEnvironment: boolean
  /** Of a config that lies in the job: until when its secrets are kept. null: they are not. */
  keptUntil: Date | null
}

export interface JobTextDeps {
  vault: Trust['vault']
  readUserConfig: ReadUserConfig
}

/** Reads it. Nothing that the job folder says of secrets counts: they come from our own store, or from the user's file as it is now. */
export async function readJobTextOf(record: JobRecord, job: Beneath, deps: JobTextDeps): Promise<JobText> {
  if (isLocal(record)) {
    const stored = await readJobText(job, 'config/config.yml', maxYamlBytes)
    if (stored !== null) return localText(stored, await deps.vault.open(job.realPath, stored))
  }
  const text = await readSnapshot(record, job, deps.readUserConfig)
  if (record.config.path === null) return { ...nothingKnown, text, before: { text, numberOf: () => undefined } }
  // The file may have changed since: a secret counts where it stands now, under the number that it has in the snapshot.
  const now = maskConfig(await deps.readUserConfig(record.config.path))
  const numbers = sameNumbers(text, now)
  const masks = now.masks.flatMap((mask) =>
    [...numbers].flatMap(([number, own]) => (own === mask.number ? [{ ...mask, number }] : [])),
  )
  const before = { text: now.text, numberOf: (mask: number) => numbers.get(mask) }
  return { text, before, masks, withoutEnvironment: false, keptUntil: null }
}

const nothingKnown = { masks: [], withoutEnvironment: true, keptUntil: null }

function localText(stored: string, kept: Awaited<ReturnType<Trust['vault']['open']>>): JobText {
  const text = stored.replace(ownName, (_whole, number: string) => `${secretMask}${number}`)
  const masks = Object.entries(kept?.secrets ?? {}).flatMap(([name, value]) => {
    const number = name.startsWith(ownSecretPrefix) ? Number(name.slice(ownSecretPrefix.length)) : Number.NaN
    return Number.isInteger(number) ? [{ number, value, path: null }] : []
  })
  return {
    text,
    before: hiddenIn({ text, masks }),
    masks,
    withoutEnvironment: kept?.mayUseEnvironment !== true,
    keptUntil: kept?.secrets ? kept.keptUntil : null,
  }
}

const ownName = new RegExp(`"<<${ownSecretPrefix}(\\d{1,4})>>"`, 'g')

/** Number of a mask in one text -> number of the mask at the same place in another one. */
function sameNumbers(text: string, now: MaskedConfig): Map<number, number> {
  const byPlace = new Map(now.masks.map(({ path, number }) => [JSON.stringify(path), number]))
  return new Map(
    masksIn(text).flatMap(({ number, path }) => {
      const own = byPlace.get(JSON.stringify(path))
      return own === undefined ? [] : [[number, own]]
    }),
  )
}

/** The masks that stand in a text, and where. */
export function masksIn(text: string): { number: number; path: readonly string[] }[] {
  return readPlaces(text).all.flatMap(({ scalar, path }) => {
    const digits = wholeMask.exec(scalar?.text ?? '')?.[1]
    return digits === undefined ? [] : [{ number: Number(digits), path }]
  })
}

const wholeMask = new RegExp(`^${secretMask}(\\d{1,4})$`)

/** What is hidden in a job's config and not known here any more. */
export function missingSecrets({ text, masks }: Pick<JobText, 'text' | 'masks'>): MissingSecret[] {
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

/** The text with these secrets, by the numbers of their masks, where they were hidden. */
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

/** The full text of an edit, in memory. Throws CONFIG_INVALID where a hidden secret would go somewhere new. */
export function applyEdit(
  edited: string,
  { masks, before }: Pick<JobText, 'masks' | 'before'>,
  name: string,
): MaskedConfig {
  parseYaml(edited, name)
  const { text, problems, restored } = restoreConfig(edited, masks, before)
  const [first] = problems
  if (first) throw new AppError('CONFIG_INVALID', `${first.place.path.join('.')}: ${first.message}`)
  refuseOurNames(text)
  return maskConfig(text, restored)
}
