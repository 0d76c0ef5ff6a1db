import { AppError } from '../../contract/errors.ts'
import type { PreviewTarget } from '../../contract/preview.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { maxYamlBytes } from '../yaml/yaml-read.ts'
import { fromPlain } from '../yaml/yaml-value.ts'
import { writeYaml } from '../yaml/yaml-write.ts'
import type { JobConfig } from './user-config.ts'

const heading = '# Written by kometa-preview. Run it again: kometa-preview run --job <this folder>\n'

/**
 * Writes `config/preview.yml` of a job that was made from `--config`, so that `run --job` repeats the job. The file
 * names the config and the targets, and holds no token and no key. Throws BAD_USAGE if the user has a preview.yml
 * there.
 */
export async function writeJobFile(
  job: Beneath,
  config: JobConfig,
  targets: readonly PreviewTarget[],
): Promise<string> {
  const path = 'config/preview.yml'
  await job.makeFolder('config')
  const existing = (await job.look(path)) === null ? '' : String(await job.read(path, maxYamlBytes))
  if (existing !== '' && !existing.startsWith(heading)) {
    throw new AppError('BAD_USAGE', `${job.shown(path)} was not written by Kometa Preview and is not overwritten`, {
      hint: 'Choose another folder with --out.',
    })
  }
  const preview = {
    ...config.preview,
    config: config.configPath,
    kometa_config_dir: config.kometaConfigDir,
    kometa_cwd: config.kometaCwd,
    targets,
  }
  await job.write(path, `${heading}${writeYaml(fromPlain({ preview }))}`)
  return job.shown(path)
}
