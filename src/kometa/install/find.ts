import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { readPlainFile } from '../../util/files/plain-file.ts'
import { findPython } from './find-python.ts'
import { readGitCommit } from './git-commit.ts'
import { findInstalled, isVersionName } from './installed.ts'

/** The minor versions of Kometa 2 that this tool is built and tested for. */
const supportedMinors = [4, 5]
const supportedKometa = supportedMinors.map((minor) => `2.${minor}`).join(' or ')
/** The first version whose log names the items that it draws. */
const namesItemsSince = [2, 1] as const

export interface KometaInstall {
  /** The absolute path of the checkout. */
  dir: string
  /** The absolute path of the interpreter. */
  python: string
  /** As Kometa prints it, such as `2.4.4` or `2.4.4-build12`. */
  version: string
  /** The content of Kometa's PART file; '' in a release. */
  part: string
  commit: string | null
  /** False for a Kometa 2 that is neither 2.4 nor 2.5. */
  supported: boolean
  warning?: string
  origin: KometaOrigin
}

/** Where the checkout's path came from, in the order in which the sources are tried. */
export type KometaOrigin = '--kometa' | 'KOMETA_HOME' | 'image' | 'setup'

/** Set in our container image: the folders where Kometa's image may keep its code, separated by ":" as in PATH. */
export const imageVariable = 'KOMETA_PREVIEW_IMAGE_KOMETA'

export interface FindKometaOptions {
  /** `--kometa`: the checkout, or its kometa.py. */
  dir?: string
  /** `--python`. */
  python?: string
  env: NodeJS.ProcessEnv
  /** Our own data folder, where `setup` installs Kometa. Without it, nothing is looked for there. */
  dataDir?: string
}

/**
 * Finds Kometa: `--kometa` (a folder, or a version that `setup` installed), KOMETA_HOME, the container image's own
 * copy, or the newest version that `setup` installed. Runs nothing. Throws AppError KOMETA_NOT_FOUND,
 * KOMETA_UNSUPPORTED or PYTHON_NOT_FOUND, each with a hint.
 */
export async function findKometa(options: FindKometaOptions): Promise<KometaInstall> {
  const { python, env } = options
  const { named, origin } = await locate(options)
  const dir = resolve(basename(named) === 'kometa.py' ? dirname(named) : named)
  await requireCheckout(dir, originWords[origin])
  const version = await firstLine(join(dir, 'VERSION'))
  const part = await firstLine(join(dir, 'PART'))
  const judged = judgeVersion(version)
  return {
    dir,
    python: await findPython({ ...(python ? { python } : {}), dir, env }),
    version: part === '' ? version : `${version}.${part}`,
    part,
    commit: await readGitCommit(dir),
    origin,
    ...judged,
  }
}

const originWords: Record<KometaOrigin, string> = {
  '--kometa': '--kometa',
  KOMETA_HOME: 'KOMETA_HOME',
  image: "the image's own",
  setup: 'installed by setup',
}

/** One line for the log: which Kometa is used, and why. */
export function describeKometa({ version, dir, origin, python }: KometaInstall): string {
  return `Kometa ${version} in ${dir} (${originWords[origin]}), with ${python}`
}

async function locate({ dir, env, dataDir }: FindKometaOptions): Promise<{ named: string; origin: KometaOrigin }> {
  if (dir) {
    const version = isVersionName(dir) && dataDir !== undefined ? await findInstalled(dataDir, dir) : null
    return { named: version?.dir ?? dir, origin: '--kometa' }
  }
  if (env.KOMETA_HOME) return { named: env.KOMETA_HOME, origin: 'KOMETA_HOME' }
  for (const folder of (env[imageVariable] ?? '').split(':').filter((each) => each !== '')) {
    if (await isFile(join(folder, 'kometa.py'))) return { named: folder, origin: 'image' }
  }
  const installed = dataDir === undefined ? null : await findInstalled(dataDir)
  if (installed) return { named: installed.dir, origin: 'setup' }
  throw new AppError('KOMETA_NOT_FOUND', 'Where is Kometa?', {
    hint:
      'Install one with "kometa-preview setup", ' +
      'or give the folder that holds kometa.py with --kometa DIR or KOMETA_HOME.',
  })
}

async function requireCheckout(dir: string, source: string): Promise<void> {
  if (await isFile(join(dir, 'kometa.py'))) return
  if (await isFile(join(dir, 'plex_meta_manager.py'))) {
    throw new AppError('KOMETA_UNSUPPORTED', `${dir} (${source}) is Plex Meta Manager, Kometa's predecessor.`, {
      hint: `Kometa ${supportedKometa} is needed.`,
    })
  }
  const there = await stat(dir).catch(() => undefined)
  const what = there === undefined ? 'does not exist' : there.isDirectory() ? 'holds no kometa.py' : 'is not a folder'
  throw new AppError('KOMETA_NOT_FOUND', `${dir} (${source}) ${what}.`, {
    hint: 'Give the folder that Kometa was cloned or unpacked into.',
  })
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

/** Accepts 2.4 and 2.5, warns about the limits of any other 2.x, and throws KOMETA_UNSUPPORTED for everything else. */
export function judgeVersion(version: string): { supported: boolean; warning?: string } {
  const found = /^(\d+)\.(\d+)(?:\.(\d+))*(?:-\w+)?$/.exec(version)
  if (!found || Number(found[1]) !== 2) {
    throw new AppError('KOMETA_UNSUPPORTED', `Kometa ${version || 'of an unknown version'} is not supported.`, {
      hint: `Use Kometa ${supportedKometa}.`,
    })
  }
  const [minor, patch] = [Number(found[2]), Number(found[3] ?? 0)]
  if (supportedMinors.includes(minor)) return { supported: true }
  if (minor > Math.max(...supportedMinors)) {
    return {
      supported: false,
      warning:
        `Kometa ${version} is newer than ${supportedKometa}, which this tool was tested with: ` +
        'it may misread the log of this version.',
    }
  }
  const [since, sincePatch] = namesItemsSince
  const namesItems = minor > since || (minor === since && patch >= sincePatch)
  const differs = namesItems
    ? 'the pictures are still its own'
    : 'its log names no item, so the overlays of a picture are found by the time of its upload'
  return { supported: false, warning: `Kometa ${version} is older than ${supportedKometa}: ${differs}.` }
}

/** `VERSION` and `PART` have one line each. */
const maxVersionBytes = 64 * 1024

/** Like Kometa, takes the first line that is not empty (kometa.py:317-331); a missing file counts as empty. */
async function firstLine(path: string): Promise<string> {
  const text = await readPlainFile(path, maxVersionBytes).then(String, () => '')
  return (
    text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .find((line) => line !== '') ?? ''
  )
}
