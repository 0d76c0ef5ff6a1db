import { ownSecretPrefix } from '../../../config/read/environment/secrets.ts'
import type { Trust } from '../../../config/trust/trust.ts'
import { maxYamlBytes } from '../../../config/yaml/yaml-read.ts'
import { secretMask } from '../../../contract/api/api-connect.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { type HiddenBefore, hiddenIn } from '../../connect/hidden-uses.ts'
import type { Mask } from '../../connect/mask-config.ts'
import { onText } from '../../foreign-text/on-text.ts'
import { readJobText } from '../files/job-files.ts'
import type { JobRecord } from '../store/studio-job-record.ts'
import { isLocal, type ReadUserConfig, readSnapshot } from './stored-config.ts'

/** A job's config for an edit of it: what is hidden in it, where that stood, and what of it is known here. */
export interface ConfigToEdit {
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

export interface ConfigToEditDeps {
  vault: Trust['vault']
  readUserConfig: ReadUserConfig
}

/** Reads it. Nothing that the job folder says of secrets counts: they come from our own store, or from the user's file as it is now. */
export async function readConfigToEdit(record: JobRecord, job: Beneath, deps: ConfigToEditDeps): Promise<ConfigToEdit> {
  if (isLocal(record)) {
    const stored = await readJobText(job, 'config/config.yml', maxYamlBytes)
    if (stored !== null) return localText(stored, await deps.vault.open(job.realPath, stored))
  }
  const text = await readSnapshot(record, job, deps.readUserConfig)
  if (record.config.path === null) return { ...nothingKnown, text, before: { text, numbers: new Map() } }
  // The file may have changed since: a secret counts where it stands now, under the number that it has in the snapshot.
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
