import { z } from 'zod'
import { type JobConfig, loadConfirmedConfig } from '../../config/job-config.ts'
import { readSecretStore, writeSecretStore } from '../../config/secret-store.ts'
import { ownSecretPrefix } from '../../config/secrets.ts'
import { maxYamlBytes, parseYaml } from '../../config/yaml-read.ts'
import type { YamlKey, YamlValue } from '../../config/yaml-value.ts'
import { writeYaml } from '../../config/yaml-write.ts'
import { AppError } from '../../contract/errors.ts'
import type { PreviewTarget } from '../../contract/preview.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { parseJson } from '../../util/parse-json.ts'
import { type ConfigPlace, envOf, type LoadDeps } from '../connect/load-config.ts'
import { type Mask, type MaskedConfig, maskConfig } from '../connect/mask-config.ts'
import { nameSecrets, restoreConfig } from '../connect/unmask-config.ts'
import { RequestProblem } from '../http/request-problem.ts'
import { readJobText } from './job-files.ts'
import { type JobRecord, studioFolder } from './job-record.ts'

/**
 * A job's config. Where the config of a path is used as it stands, the job holds a reference to it and no secret. A config that
 * was pasted or edited lies in the job: `<<names>>` in config.yml, their values in the 0600 secret store beside it.
 */

const maskListSchema = z.array(
  z.object({
    number: z.number(),
    path: z.array(z.string()).nullable(),
    key: z.string(),
    url: z.string().nullable(),
  }),
)

/** What is needed to write a pasted or edited config into a job. */
export interface LocalConfig {
  masked: MaskedConfig
  place: ConfigPlace | null
}

/**
 * Reads a config of the user that a job names. What a job folder says may be anybody's word: only a config in the allowed
 * folders is read, as if it were chosen in the browser. Throws FORBIDDEN, NOT_FOUND.
 */
export type ReadUserConfig = (path: string) => Promise<string>

/** The full text of an edit, in memory. Throws CONFIG_INVALID where a mask stands for nothing. */
export function applyEdit(edited: string, masks: readonly Mask[], name: string): MaskedConfig {
  parseYaml(edited, name)
  const { text, problems } = restoreConfig(edited, masks)
  const [first] = problems
  if (first) throw new AppError('CONFIG_INVALID', `${first.place.path.join('.')}: ${first.message}`)
  return maskConfig(text)
}

/** Keeps what the job's config looks like, secrets masked, and where each mask belongs. */
export async function keepSnapshot(job: Beneath, masked: MaskedConfig): Promise<void> {
  await job.makeFolder(studioFolder)
  const masks = masked.masks.map(({ number, path, key, url }) => ({ number, path, key, url }))
  await job.write(`${studioFolder}/config.yml`, masked.text)
  await job.write(`${studioFolder}/masks.json`, JSON.stringify(masks))
}

/** Writes config/config.yml, the secret store and config/preview.yml, so that `run --job` repeats the job too. */
export async function writeLocalConfig(
  job: Beneath,
  { masked, place }: LocalConfig,
  targets: readonly PreviewTarget[],
): Promise<void> {
  await job.makeFolder('config', { permissions: 0o700 })
  const { text, secrets } = nameSecrets(masked)
  await job.write('config/config.yml', text, 0o600)
  await writeSecretStore(job.folder('config'), secrets)
  const preview = new Map<YamlKey, YamlValue>([
    ['mode', 'write_blocked'],
    ['config', 'config.yml'],
  ])
  if (place) {
    preview.set('kometa_config_dir', place.kometaConfigDir)
    preview.set('kometa_cwd', place.kometaCwd)
  }
  preview.set('targets', targets.map(targetMap))
  await job.write('config/preview.yml', writeYaml(new Map([['preview', preview]])))
}

function targetMap({ id, type, title, ratingKey, library }: PreviewTarget): YamlValue {
  const entries = [
    ['id', id],
    ['type', type],
    ['title', title],
    ['ratingKey', ratingKey],
    ['library', library],
  ] as const
  return new Map<YamlKey, YamlValue>(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}

const isLocal = ({ config }: JobRecord): boolean => config.kind === 'text' || config.edited

export const targetsOf = (record: JobRecord): PreviewTarget[] =>
  record.targets.flatMap(({ id, ratingKey, title, type, mapping }) =>
    ratingKey === null
      ? []
      : [
          {
            id,
            ratingKey,
            title,
            ...(type === null ? {} : { type }),
            ...(mapping === null ? {} : { library: mapping }),
          },
        ],
  )

/** The config that a job runs with, its targets in it. Throws what `loadJobConfig` throws. */
export async function loadConfigOf(
  record: JobRecord,
  job: Beneath,
  { env: own, kometaDir, readYaml }: LoadDeps,
): Promise<JobConfig> {
  const kometa = { readYaml, ...(kometaDir === null ? {} : { kometaDir }) }
  const { kind, path } = record.config
  if (isLocal(record)) {
    const env = envOf({ kind: kind === 'text' ? 'text' : 'path' }, own)
    return loadConfirmedConfig({ kind: 'job', jobDir: job.realPath }, { env, ...kometa })
  }
  if (path === null) throw new AppError('BAD_USAGE', 'The config of this job is not known any more.')
  const config = await loadConfirmedConfig({ kind: 'config', configPath: path }, { env: own, ...kometa })
  return { ...config, preview: { ...config.preview, targets: targetsOf(record) } }
}

/** What a job ran with, secrets masked. Of a job of the command line: its config as it stands now. */
export async function readSnapshot(record: JobRecord, job: Beneath, readUserConfig: ReadUserConfig): Promise<string> {
  const kept = await readJobText(job, `${studioFolder}/config.yml`, maxYamlBytes)
  if (kept !== null) return kept
  if (record.config.path !== null) return maskConfig(await readUserConfig(record.config.path)).text
  throw new RequestProblem(404, 'NOT_FOUND', 'The config of this job is not there any more.')
}

/** The secrets of a job's config, by the masks of its snapshot; for an edit of it. */
export async function readMasks(record: JobRecord, job: Beneath, readUserConfig: ReadUserConfig): Promise<Mask[]> {
  const text = await readJobText(job, `${studioFolder}/masks.json`, maxYamlBytes)
  const masks = text === null ? null : (maskListSchema.safeParse(parseJson(text)).data ?? [])
  if (isLocal(record)) {
    const stored = await readSecretStore(job.folder('config'))
    return (masks ?? []).flatMap((mask) => {
      const value = stored[`${ownSecretPrefix}${mask.number}`]
      return value === undefined ? [] : [{ ...mask, value }]
    })
  }
  if (record.config.path === null) return []
  // The file may have changed since: a secret counts where it stands now, at the same place and for the same address.
  const now = maskConfig(await readUserConfig(record.config.path)).masks
  if (masks === null) return [...now]
  return masks.flatMap((mask) => {
    const same = now.find(({ path, url }) => JSON.stringify(path) === JSON.stringify(mask.path) && url === mask.url)
    return same ? [{ ...mask, value: same.value }] : []
  })
}

/** Where the relative paths of a job's config start from. */
export async function readPlaceOf(record: JobRecord, job: Beneath, options: LoadDeps): Promise<ConfigPlace | null> {
  if (record.config.kind === 'text') return null
  const { kometaConfigDir, kometaCwd } = await loadConfigOf(record, job, options)
  return { kometaConfigDir, kometaCwd }
}
