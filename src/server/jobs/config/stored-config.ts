import { basename, dirname, resolve } from 'node:path'
import { defaultKometaCwd, findPreviewFile } from '../../../config/read/locate.ts'
import { readPreviewSection } from '../../../config/read/preview-section.ts'
import { createSourceReader } from '../../../config/read/source-reader.ts'
import { type JobConfig, loadConfirmedConfig } from '../../../config/read/user-config.ts'
import type { Trust } from '../../../config/trust/trust.ts'
import { parseWith } from '../../../config/yaml/text-reading.ts'
import { decodeText, maxYamlBytes } from '../../../config/yaml/yaml-read.ts'
import { get, type YamlKey, type YamlValue } from '../../../config/yaml/yaml-value.ts'
import { writeYaml } from '../../../config/yaml/yaml-write.ts'
import { AppError } from '../../../contract/errors.ts'
import type { PreviewTarget } from '../../../contract/preview.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import type { MaskedConfig } from '../../connect/hidden/mask-config.ts'
import { type ConfigPlace, type LoadDeps, loadOptions } from '../../connect/load-config.ts'
import { onText, readInThread } from '../../foreign-text/on-text.ts'
import { RequestProblem } from '../../http/request-problem.ts'
import { readJobText } from '../files/job-files.ts'
import { type JobRecord, studioFolder } from '../store/studio-job-record.ts'

/**
 * How a job stores its config. A config that is used as it is stays where it is, and the job holds its path. A config
 * that was pasted or edited is written into the job folder, with `<<names>>` for its secrets; their values are in our
 * data folder.
 */

/** What is needed to write a pasted or edited config into a job. */
export interface LocalConfig {
  masked: MaskedConfig
  place: ConfigPlace | null
  /** The config is an edit of the user's own file, so `<<names>>` may get values from the environment. */
  mayUseEnvironment: boolean
}

/**
 * Reads a config of the user that a job names. Anybody may have written a job folder, so only a config in the allowed
 * folders is read, as if it were chosen in the browser. Throws FORBIDDEN, NOT_FOUND.
 */
export type ReadUserConfig = (path: string) => Promise<string>

/** Keeps the job's config, with masks for its secrets, to be shown later. */
export async function keepSnapshot(job: Beneath, masked: MaskedConfig): Promise<void> {
  await job.makeFolder(studioFolder)
  await job.write(`${studioFolder}/config.yml`, masked.text)
}

/**
 * Writes config/config.yml and config/preview.yml, so that `run --job` can repeat the job. The secrets go into our
 * store.
 */
export async function writeLocalConfig(
  job: Beneath,
  { masked, place, mayUseEnvironment }: LocalConfig,
  targets: readonly PreviewTarget[],
  { vault, keepMs }: { vault: Trust['vault']; keepMs: number },
): Promise<void> {
  await job.makeFolder('config', { permissions: 0o700 })
  const { text, secrets } = await onText('name', masked.text, masked.masks)
  await job.write('config/config.yml', text, 0o600)
  await vault.keep(job.realPath, { text, secrets, mayUseEnvironment, keepMs })
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

export const isLocal = ({ config }: JobRecord): boolean => config.kind === 'text' || config.edited

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

/** The config that a job runs with, with its targets. Throws what `loadConfirmedConfig` throws. */
export async function loadConfigOf(record: JobRecord, job: Beneath, deps: LoadDeps): Promise<JobConfig> {
  if (isLocal(record)) {
    const reach = await deps.reachOf(job.realPath, deps.kometaDir)
    return loadConfirmedConfig({ kind: 'job', jobDir: job.realPath }, { ...loadOptions(deps), reach })
  }
  const { path } = record.config
  if (path === null) throw new AppError('BAD_USAGE', 'The config of this job is no longer known.')
  // Anybody may have written the record, so a file that it names does not count as the user's own.
  const config = await loadConfirmedConfig({ kind: 'reference', configPath: path }, loadOptions(deps))
  return { ...config, preview: { ...config.preview, targets: targetsOf(record) } }
}

/**
 * The config that a job ran with, with masks for its secrets. For a job of the command line, its config as it is now.
 */
export async function readSnapshot(record: JobRecord, job: Beneath, readUserConfig: ReadUserConfig): Promise<string> {
  const kept = await readJobText(job, `${studioFolder}/config.yml`, maxYamlBytes)
  if (kept !== null) return kept
  if (record.config.path !== null) return (await onText('mask', await readUserConfig(record.config.path))).text
  throw new RequestProblem(404, 'NOT_FOUND', 'The config of this job is no longer there.')
}

/** The folders where the relative paths of a job's config start. */
export async function readPlaceOf(
  record: JobRecord,
  job: Beneath,
  deps: LoadDeps & { readUserConfig: ReadUserConfig },
): Promise<ConfigPlace | null> {
  if (record.config.kind === 'text') return null
  if (isLocal(record)) return placeInJob(job)
  // Anybody may have written the record: this throws for a file that may not be shown, before anything looks for it.
  if (record.config.path !== null) await deps.readUserConfig(record.config.path)
  const { kometaConfigDir, kometaCwd } = await loadConfigOf(record, job, deps)
  return { kometaConfigDir, kometaCwd }
}

async function placeInJob({ realPath }: Beneath): Promise<ConfigPlace> {
  const sources = createSourceReader(realPath)
  const path = await findPreviewFile(realPath, sources)
  const document = await parseWith(readInThread, decodeText(await sources.bytes(path), path), path)
  const preview = readPreviewSection(get(document, 'preview'), basename(path))
  const kometaConfigDir = resolve(dirname(path), preview.kometa_config_dir ?? '.')
  const kometaCwd = preview.kometa_cwd ?? defaultKometaCwd(kometaConfigDir)
  return { kometaConfigDir, kometaCwd: resolve(dirname(path), kometaCwd) }
}
