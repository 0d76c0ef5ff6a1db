import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../contract/errors.ts'
import { writeFileAtomic } from '../../util/files/atomic-file.ts'
import { renameOver } from '../../util/files/rename.ts'
import { parseJson } from '../../util/parse-json.ts'

/** The version that `setup` installs by default: the one that this tool is tested with. */
export const defaultKometaVersion = '2.4.4'
/** The virtual environment in the checkout, under a name that find-python.ts looks for. */
export const environmentName = '.venv'
const markerName = '.kometa-preview-setup.json'

/** The steps in order. Each one is recorded when it is done and then never repeated. */
export const setupSteps = ['code', 'environment', 'requirements', 'check'] as const
export type SetupStep = (typeof setupSteps)[number]

const markerSchema = z.object({
  version: z.string(),
  /** Where the code came from: a URL or a path. */
  source: z.string(),
  /** Hash of the archive; null when the code came from a folder. */
  sha256: z.string().nullable(),
  done: z.array(z.enum(setupSteps)),
})
export type SetupMarker = z.infer<typeof markerSchema>

/** A Kometa that `setup` installed or started to install. */
export interface InstalledKometa {
  version: string
  dir: string
  /** True when every step is done. */
  ready: boolean
  marker: SetupMarker
}

/** The folder that holds one folder per version. */
export const installsFolder = (dataDir: string): string => join(dataDir, 'kometa')

/** A version that is safe as a folder name: never a path, never hidden. */
export const isVersionName = (text: string): boolean => /^\d{1,4}(?:\.\d{1,6}){1,3}(?:-[0-9A-Za-z]{1,20})?$/.test(text)

export async function readMarker(dir: string): Promise<SetupMarker | null> {
  const text = await readFile(join(dir, markerName), 'utf8').catch(() => null)
  if (text === null) return null
  const parsed = markerSchema.safeParse(parseJson(text))
  return parsed.success ? parsed.data : null
}

export async function writeMarker(dir: string, marker: SetupMarker): Promise<void> {
  await writeFileAtomic(join(dir, markerName), `${JSON.stringify(marker, null, 2)}\n`)
}

/** Every version that `setup` installed or started to install, newest first. */
export async function listInstalled(dataDir: string): Promise<InstalledKometa[]> {
  const folder = installsFolder(dataDir)
  const names = await readdir(folder).catch(() => [])
  const found: InstalledKometa[] = []
  for (const version of names.filter(isVersionName)) {
    const dir = join(folder, version)
    const marker = await readMarker(dir)
    if (marker) found.push({ version, dir, marker, ready: setupSteps.every((step) => marker.done.includes(step)) })
  }
  return found.sort((one, other) => compareVersions(other.version, one.version))
}

/** The newest version that is ready, or the given one; null when there is none. */
export async function findInstalled(dataDir: string, version?: string): Promise<InstalledKometa | null> {
  const ready = (await listInstalled(dataDir)).filter((one) => one.ready)
  return ready.find((one) => version === undefined || one.version === version) ?? null
}

/** Removes one version. The folder is renamed first, so that nobody finds a half-removed one. */
export async function removeInstalled(dataDir: string, version: string): Promise<void> {
  const found = (await listInstalled(dataDir)).find((one) => one.version === version)
  if (!found) {
    const others = (await listInstalled(dataDir)).map((one) => one.version)
    throw new AppError('KOMETA_NOT_FOUND', `no Kometa ${version} is installed here`, {
      hint: others.length === 0 ? 'Nothing is installed.' : `Installed: ${others.join(', ')}.`,
    })
  }
  const away = join(installsFolder(dataDir), `.removed-${version}-${process.pid}`)
  await renameOver(found.dir, away)
  await rm(away, { recursive: true, force: true, maxRetries: 3 })
}

/** Compares by number: 2.4.10 is newer than 2.4.9. */
function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true })
}
