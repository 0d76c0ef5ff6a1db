import { join } from 'node:path'
import { kometaArgs } from '../kometa/arguments.ts'
import { describeKometa, findKometa } from '../kometa/find.ts'
import { checkRequirements } from '../kometa/requirements.ts'
import type { Renderer } from '../run/renderer.ts'
import { makeUsableFolder } from '../run/usable-folder.ts'

export interface KometaChoice {
  /** `--kometa`. */
  kometa?: string | undefined
  /** `--python`. */
  python?: string | undefined
}

/** The user's own Kometa, found and checked. Throws KOMETA_NOT_FOUND, KOMETA_UNSUPPORTED, PYTHON_NOT_FOUND, KOMETA_REQUIREMENTS, FOLDER_UNUSABLE. */
export async function kometaRenderer(
  choice: KometaChoice,
  dataDir: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<Renderer> {
  const install = await findKometa({
    ...(choice.kometa === undefined ? {} : { dir: choice.kometa }),
    ...(choice.python === undefined ? {} : { python: choice.python }),
    env,
    dataDir,
  })
  await makeUsableFolder(dataDir)
  const requirements = await checkRequirements(install, join(dataDir, 'requirements.json'), env, signal)
  return {
    kind: 'kometa',
    version: install.version,
    commit: install.commit,
    supported: install.supported,
    notes: [describeKometa(install)],
    warnings: [...(install.warning === undefined ? [] : [install.warning]), ...requirements.warnings],
    dir: install.dir,
    command: requirements.executable,
    args: (configPath) => kometaArgs(install.dir, configPath),
    env: requirements.env,
  }
}
