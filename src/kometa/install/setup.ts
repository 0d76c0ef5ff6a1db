import { appendFile, mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { findKometa } from './find.ts'
import {
  defaultKometaVersion,
  findInstalled,
  type InstalledKometa,
  installsFolder,
  listInstalled,
  type SetupMarker,
  type SetupStep,
  setupSteps,
  writeMarker,
} from './installed.ts'
import { checkRequirements } from './requirements.ts'
import { archivePath, fetchCode, githubReleases, type ReleaseSource } from './setup-code.ts'
import { environmentPython, installRequirements, makeEnvironment, type PythonSetup } from './setup-python.ts'

export interface SetupOptions {
  dataDir: string
  /** Default: the version that this tool is tested with, or the version of `from`. */
  version?: string | undefined
  /** A checkout or an archive of one, to use instead of the release on GitHub. */
  from?: string | undefined
  /** The interpreter for the virtual environment. */
  python?: string | undefined
  releases?: ReleaseSource
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  onStep(step: SetupStep, index: number): void
  onLine(line: string): void
  onBytes?(bytes: number, total: number | null): void
}

/**
 * Installs one Kometa in the data folder; the user's own Kometa is not touched. Each finished step is recorded, so an
 * interrupted setup continues with the next one. Throws AppError SETUP_FAILED, DOWNLOAD_FAILED, PYTHON_NOT_FOUND,
 * KOMETA_REQUIREMENTS or CANCELLED.
 */
export async function setUpKometa(options: SetupOptions): Promise<InstalledKometa> {
  const { dataDir, env, signal, from } = options
  const folder = installsFolder(dataDir)
  await mkdir(folder, { recursive: true })
  const begun = await findBegun(options)
  const step = async (name: SetupStep, act: () => Promise<void>) => {
    if (signal.aborted) throw new AppError('CANCELLED', 'cancelled')
    options.onStep(name, setupSteps.indexOf(name))
    await act()
  }

  let place: { dir: string; marker: SetupMarker } | null = begun
  if (place === null) {
    await step('code', async () => {
      const { releases = githubReleases, version, onLine, onBytes = () => undefined } = options
      const defaults = { defaultVersion: defaultKometaVersion, releases, version, onLine, onBytes }
      place = await fetchCode({ dataDir, from, env, signal, ...defaults })
    })
  }
  if (place === null) throw new Error('there is no code after its step')
  const { dir, marker } = place
  const done = new Set<SetupStep>(marker.done)
  const setup: PythonSetup = {
    dir,
    version: marker.version,
    python: options.python,
    env,
    signal,
    logFile: join(folder, `setup-${marker.version}.log`),
    onLine: options.onLine,
  }
  await appendFile(setup.logFile, `# ${new Date().toISOString()}\n`)
  const rest: [SetupStep, () => Promise<void>][] = [
    ['environment', () => makeEnvironment(setup)],
    ['requirements', () => installRequirements(setup)],
    ['check', () => checkInstall(dir, options)],
  ]
  for (const [name, act] of rest) {
    if (done.has(name)) continue
    await step(name, act)
    done.add(name)
    await writeMarker(dir, { ...marker, done: [...done] })
  }
  await rm(archivePath(dataDir, marker.version), { force: true })
  const installed = await findInstalled(dataDir, marker.version)
  if (!installed) throw new Error(`${dir} is not found again`)
  return installed
}

/** What an earlier setup of the same version started or finished. */
async function findBegun({ dataDir, version, from }: SetupOptions): Promise<InstalledKometa | null> {
  const all = await listInstalled(dataDir)
  if (from !== undefined) return all.find(({ marker }) => marker.source === resolve(from)) ?? null
  const wanted = version ?? defaultKometaVersion
  return all.find((one) => one.version === wanted) ?? null
}

/** Finds Kometa as a run will find it, and checks that it can import everything it needs. */
async function checkInstall(dir: string, { dataDir, env, onLine }: SetupOptions): Promise<void> {
  onLine('Checking that Kometa can import everything it needs')
  const install = await findKometa({ dir, python: environmentPython(dir), env })
  const { warnings } = await checkRequirements(install, join(dataDir, 'requirements.json'), env)
  for (const warning of warnings) onLine(`warning: ${warning}`)
}
