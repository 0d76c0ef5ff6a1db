import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, cp, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { extract, type ReadEntry } from 'tar'
import { z } from 'zod'
import { AppError } from '../../contract/errors.ts'
import { downloadFile } from '../../gate/download.ts'
import { writeFileAtomic } from '../../util/files/atomic-file.ts'
import { renameOver } from '../../util/files/rename.ts'
import { hasErrorCode, messageOf } from '../../util/unknown-error.ts'
import { findInstalled, installsFolder, isVersionName, type SetupMarker, writeMarker } from './installed.ts'

/** Kometa 2.4.4 takes a tenth of this, fonts included. */
const maxArchiveBytes = 300 * 1024 * 1024
const maxUnpackedBytes = 1024 ** 3
const maxEntries = 50_000
/** GitHub serves its archives from a second host. */
const githubOrigins = ['https://github.com', 'https://codeload.github.com']

/** Where releases come from; tests use their own source. */
export interface ReleaseSource {
  url(version: string): string
  origins: readonly string[]
}

export const githubReleases: ReleaseSource = {
  url: (version) => `https://github.com/Kometa-Team/Kometa/archive/refs/tags/v${version}.tar.gz`,
  origins: githubOrigins,
}

export interface CodeOptions {
  dataDir: string
  /** The version that the user asked for; with `from`, the version of the code must match it. */
  version: string | undefined
  defaultVersion: string
  /** A checkout, or an archive of one. */
  from: string | undefined
  releases: ReleaseSource
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  onLine(line: string): void
  onBytes(bytes: number, total: number | null): void
}

/** The user's own things in a checkout: secrets, logs, environments. A fresh install does not copy them. */
const leftOut = new Set([
  '.git',
  'config',
  'kometa-venv',
  'venv',
  '.venv',
  'env',
  '__pycache__',
  'node_modules',
  'logs',
])

/**
 * Puts all of Kometa's code in place, or nothing. Returns the folder and its marker, in which the step `code` is done.
 */
export async function fetchCode(options: CodeOptions): Promise<{ dir: string; marker: SetupMarker }> {
  const folder = installsFolder(options.dataDir)
  await mkdir(folder, { recursive: true })
  const { from } = options
  const info = from === undefined ? null : await stat(from).catch(() => null)
  if (from !== undefined && info === null) {
    throw new AppError('BAD_USAGE', `--from ${from}: there is no such file or folder`, {
      hint: 'Name a folder that holds kometa.py, or an archive of one.',
    })
  }
  // This folder belongs to this run alone: nothing is built on what a killed run left behind.
  const staging = join(folder, `.new-${process.pid}`)
  await rm(staging, { recursive: true, force: true })
  try {
    const { source, sha256 } =
      from !== undefined && info?.isDirectory()
        ? await copyCheckout(resolve(from), staging, options)
        : await unpackArchive(from === undefined ? null : resolve(from), staging, options)
    await dropSpecialBits(staging)
    const version = await requireKometa(staging, source)
    if (options.version !== undefined && options.version !== version) {
      throw new AppError('SETUP_FAILED', `${source} is Kometa ${version}, not ${options.version}`)
    }
    const dir = join(folder, version)
    if (await findInstalled(options.dataDir, version)) {
      throw new AppError('SETUP_FAILED', `Kometa ${version} is installed already`, {
        hint: `To install it again, first remove it: kometa-preview setup --remove ${version}`,
      })
    }
    const marker: SetupMarker = { version, source, sha256, done: ['code'] }
    await writeMarker(staging, marker)
    // An earlier setup left this folder unfinished.
    await rm(dir, { recursive: true, force: true, maxRetries: 3 })
    await renameOver(staging, dir)
    return { dir, marker }
  } finally {
    await rm(staging, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function copyCheckout(from: string, to: string, { onLine }: CodeOptions) {
  onLine(`Copying Kometa from ${from}`)
  await requireKometa(from, from)
  await mkdir(to, { mode: 0o700 })
  for (const name of await readdir(from)) {
    if (leftOut.has(name)) continue
    await cp(join(from, name), join(to, name), {
      recursive: true,
      filter: (path) => basename(path) !== '__pycache__',
    })
  }
  return { source: from, sha256: null }
}

async function unpackArchive(from: string | null, to: string, options: CodeOptions) {
  const version = options.version ?? options.defaultVersion
  const archive = from ?? (await downloadRelease(version, options))
  options.onLine(`Unpacking ${basename(archive)}`)
  const sha256 = await hashFile(archive)
  if (from === null) await checkSum(version, sha256, archive, options)
  await mkdir(to, { mode: 0o700 })
  await extractArchive(archive, to)
  return { source: from ?? options.releases.url(version), sha256 }
}

/**
 * Removes setuid, setgid, sticky and group and world write bits: other people's code must not run with its owner's
 * rights for everybody. Until this is done, the folder is closed to other users.
 */
async function dropSpecialBits(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await dropSpecialBits(path)
    if (entry.isDirectory() || entry.isFile()) await chmod(path, (await stat(path)).mode & 0o755)
  }
}

/** A finished download is kept until Kometa is installed, so an interrupted setup does not fetch it again. */
async function downloadRelease(version: string, options: CodeOptions): Promise<string> {
  if (!isVersionName(version)) throw new AppError('BAD_USAGE', `"${version}" is not a version of Kometa, such as 2.4.4`)
  const archive = archivePath(options.dataDir, version)
  if (
    await stat(archive).then(
      () => true,
      () => false,
    )
  )
    return archive
  await mkdir(dirname(archive), { recursive: true })
  const url = options.releases.url(version)
  options.onLine(`Fetching Kometa ${version} from ${url}`)
  const { env, signal, onBytes } = options
  const { origins } = options.releases
  await downloadFile({ url, to: archive, origins, maxBytes: maxArchiveBytes, env, signal, onProgress: onBytes })
  return archive
}

export const archivePath = (dataDir: string, version: string): string =>
  join(installsFolder(dataDir), 'downloads', `kometa-${version}.tar.gz`)

const checksumsSchema = z.record(z.string(), z.object({ sha256: z.string(), url: z.string(), first_seen: z.string() }))

/** Trust on first use: the checksum of a version's archive is written down once, and a later change is an error. */
async function checkSum(version: string, sha256: string, archive: string, options: CodeOptions): Promise<void> {
  const file = join(installsFolder(options.dataDir), 'checksums.json')
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (hasErrorCode(error, 'ENOENT')) return '{}'
    throw error
  })
  const known = checksumsSchema.parse(JSON.parse(text))
  const url = options.releases.url(version)
  const before = known[version]
  if (before === undefined) {
    known[version] = { sha256, url, first_seen: new Date().toISOString() }
    await writeFileAtomic(file, `${JSON.stringify(known, null, 2)}\n`)
    options.onLine(`SHA-256 ${sha256}, recorded`)
  } else if (before.sha256 === sha256)
    options.onLine(`SHA-256 ${sha256}, the same as on ${before.first_seen.slice(0, 10)}`)
  else {
    // The next run must not reuse this archive.
    await rm(archive, { force: true })
    throw new AppError(
      'SETUP_FAILED',
      `the archive of Kometa ${version} differs from the one of ${before.first_seen.slice(0, 10)}`,
      {
        details: [`SHA-256 then: ${before.sha256}`, `SHA-256 now:  ${sha256}`],
        hint: `Try again. If it still differs and you know why, remove the entry "${version}" from ${file}.`,
      },
    )
  }
}

/** Unpacks files and folders without the archive's top folder. Links and devices are skipped. */
async function extractArchive(archive: string, to: string): Promise<void> {
  let entries = 0
  let bytes = 0
  const filter = (path: string, entry: ReadEntry | import('node:fs').Stats): boolean => {
    if (!('type' in entry)) return false
    entries += 1
    bytes += entry.size
    if (entries > maxEntries || bytes > maxUnpackedBytes) throw new Error('it unpacks to far more than Kometa')
    const [, inner = ''] = path.split('/')
    return (entry.type === 'File' || entry.type === 'Directory') && !leftOut.has(inner)
  }
  try {
    await extract({ file: archive, cwd: to, strip: 1, strict: true, filter, preserveOwner: false })
  } catch (error) {
    const why = messageOf(error)
    throw new AppError('SETUP_FAILED', `${archive} cannot be unpacked: ${why}`, {
      hint: 'Remove the file and try again.',
      cause: error,
    })
  }
}

/** Returns the version of the checkout in a folder. */
async function requireKometa(dir: string, source: string): Promise<string> {
  const isThere = (name: string) =>
    stat(join(dir, name)).then(
      (info) => info.isFile(),
      () => false,
    )
  for (const name of ['kometa.py', 'requirements.txt', 'VERSION']) {
    if (await isThere(name)) continue
    throw new AppError('SETUP_FAILED', `${source} is not a Kometa: it contains no ${name}`)
  }
  const version = (await readFile(join(dir, 'VERSION'), 'utf8')).trim()
  if (isVersionName(version)) return version
  throw new AppError('SETUP_FAILED', `${source} has an invalid VERSION: "${version.slice(0, 40)}"`)
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
