import { ownSecretPrefix } from '../../../config/read/environment/secrets.ts'
import type { Trust } from '../../../config/trust/trust.ts'
import { maxYamlBytes } from '../../../config/yaml/yaml-read.ts'
import { secretMask } from '../../../contract/api/api-connect.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { type HiddenBefore, hiddenIn } from '../../connect/hidden/hidden-uses.ts'
import type { Mask } from '../../connect/hidden/mask-config.ts'
import { onText } from '../../foreign-text/on-text.ts'
import { readJobText } from '../files/job-files.ts'
import type { JobRecord } from '../store/studio-job-record.ts'
import { isLocal, type ReadUserConfig, readSnapshot } from './stored-config.ts'

/** A job's config, to be edited: its text, its hidden secrets, and which of them are still kept. */
export interface ConfigToEdit {
  /** With masks for its secrets. */
  text: string
  before: HiddenBefore
  /** The secrets that are still kept, by the numbers of their masks in `text`. */
  masks: readonly Mask[]
  /** `<<names>>` in it must not get values from this machine's environment. */
  withoutEnvironment: boolean
  /** For a config in the job folder: until when its secrets are kept. null if they are not. */
  keptUntil: Date | null
}

export interface ConfigToEditDeps {
  vault: Trust['vault']
  readUserConfig: ReadUserConfig
}

/** Reads a job's config. Its secrets come from our own store or from the user's file, and never from the job folder. */
export async function readConfigToEdit(record: JobRecord, job: Beneath, deps: ConfigToEditDeps): Promise<ConfigToEdit> {
  if (isLocal(record)) {
    const stored = await readJobText(job, 'config/config.yml', maxYamlBytes)
    if (stored !== null) return localText(stored, await deps.vault.open(job.realPath, stored))
  }
  const text = await readSnapshot(record, job, deps.readUserConfig)
  if (record.config.path === null) return { ...nothingKnown, text, before: { text, numbers: new Map() } }
  // The file may have changed. A secret is taken from its place in the file now, under its number in the snapshot.
  const now = await onText('mask', await deps.readUserConfig(record.config.path))
  const numbers = await onText('sameNumbers', text, now)
  const masks = now.masks.flatMap((mask) =>
    [...numbers].flatMap(([number, own]) => (own === mask.number ? [{ ...mask, number }] : [])),
  )
  return { text, before: { text: now.text, numbers }, masks, withoutEnvironment: false, keptUntil: null }
}

const nothingKnown = { masks: [], withoutEnvironment: true, keptUntil: null }

function localText(stored: string, kept: Awaited<ReturnType<Trust['vault']['open']>>): ConfigToEdit {
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
