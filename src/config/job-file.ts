import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../contract/errors.ts'
import type { PreviewTarget } from '../contract/preview.ts'
import { writeFileAtomic } from '../util/atomic-file.ts'
import type { JobConfig } from './job-config.ts'
import { fromPlain } from './yaml-value.ts'
import { writeYaml } from './yaml-write.ts'

const heading = '# Written by kometa-preview. Run it again: kometa-preview run --job <this folder>\n'

/**
 * Writes `config/preview.yml` of a job that was made from `--config`: a reference to that config and the targets, no token and no
 * key, so that `run --job` repeats it. Throws BAD_USAGE when a preview.yml of the user's stands there.
 */
export async function writeJobFile(
  jobDir: string,
  config: JobConfig,
  targets: readonly PreviewTarget[],
): Promise<string> {
  const folder = join(jobDir, 'config')
  const path = join(folder, 'preview.yml')
  await mkdir(folder, { recursive: true })
  const existing = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  })
  if (existing !== '' && !existing.startsWith(heading)) {
    throw new AppError('BAD_USAGE', `${path} is not ours to overwrite`, { hint: 'Choose another folder with --out.' })
  }
  const preview = {
    ...config.preview,
    config: config.configPath,
    kometa_config_dir: config.kometaConfigDir,
    kometa_cwd: config.kometaCwd,
    targets,
  }
  await writeFileAtomic(path, `${heading}${writeYaml(fromPlain({ preview }))}`)
  return path
}
