import { access, constants, mkdir, readdir, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { JobConfig } from '../config/job-config.ts'
import { checkLibraries } from '../config/overlay-check.ts'
import { get, textOf } from '../config/yaml-value.ts'
import type { DoctorCheck, DoctorReport } from '../contract/doctor.ts'
import { AppError } from '../contract/errors.ts'
import { probeHost } from '../gate/probe.ts'
import { findSection } from '../plex/library-lookup.ts'
import { preflight } from '../plex/preflight.ts'
import { createPlexReader } from '../plex/reads.ts'
import { createPlexConnection } from '../plex/upstream.ts'
import { defaultProxyPort } from '../proxy/server.ts'
import { clientIdentifier } from './client-identifier.ts'
import type { Renderer } from './renderer.ts'

/** A clock that is further off than this breaks TLS and makes log times useless. */
const maxClockSkewMs = 5 * 60_000
/** Below this a job of a few targets may not fit. */
const lowDiskBytes = 1024 ** 3

export interface DoctorOptions {
  env: NodeJS.ProcessEnv
  dataDir: string
  nodeVersion: string
  /** Finds and checks Kometa; rejects with an AppError that says what is missing. */
  kometa: () => Promise<Renderer>
  /** Loads the config; null when none was named. */
  config: ((kometaDir: string | null) => Promise<JobConfig>) | null
  signal: AbortSignal
}

/** Looks at all that a preview needs, one check at a time; a check that fails never keeps the next from being made. */
export async function runDoctor(options: DoctorOptions, onCheck: (check: DoctorCheck) => void): Promise<DoctorReport> {
  const checks: DoctorCheck[] = []
  const add = (id: string, label: string, status: DoctorCheck['status'], detail: string, fix = '') => {
    const check = { id, label, status, detail, fix }
    checks.push(check)
    onCheck(check)
  }
  const fail = (id: string, label: string, error: unknown) => {
    if (!(error instanceof AppError)) throw error
    add(id, label, 'problem', error.message, [error.hint ?? '', ...error.details].filter(Boolean).join(' '))
  }

  checkNode(options.nodeVersion, add)
  const renderer = await options.kometa().catch((error: unknown) => {
    fail('kometa', 'Kometa', error)
    return null
  })
  if (renderer) await checkKometa(renderer, add)
  const config = options.config
    ? await options.config(renderer?.dir ?? null).catch((error: unknown) => {
        fail('config', 'Config', error)
        return null
      })
    : null
  if (!options.config)
    add('config', 'Config', 'skipped', 'no config was named', 'Name yours with --config config/config.yml.')
  let plexDate: Date | null = null
  if (config) {
    add('config', 'Config', 'ok', `${config.configPath}: ${count(config.libraries.length, 'library', 'libraries')}`)
    for (const warning of config.warnings) add('config', 'Config', 'warning', warning)
    await checkOverlays(config, renderer, options, add, fail)
    plexDate = await checkServers(config, options, add, fail)
  }
  await checkOutside(config, options, plexDate, add)
  await checkMachine(options, add)
  return {
    checks,
    problems: checks.filter(({ status }) => status === 'problem').length,
    warnings: checks.filter(({ status }) => status === 'warning').length,
  }
}

type Add = (id: string, label: string, status: DoctorCheck['status'], detail: string, fix?: string) => void
type Fail = (id: string, label: string, error: unknown) => void

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`

function checkNode(version: string, add: Add): void {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22
  if (fits) add('node', 'Node', 'ok', version)
  else add('node', 'Node', 'problem', `${version} is too old`, 'Install Node 20.19, 22.12 or newer.')
}

async function checkKometa({ version, supported, warnings, dir, command }: Renderer, add: Add): Promise<void> {
  add('python', 'Python', 'ok', command)
  if (supported) add('kometa', 'Kometa', 'ok', `${version} in ${dir}`)
  else
    add('kometa', 'Kometa', 'warning', `${version} is older than 2.4`, 'Update Kometa: previews are tested with 2.4.')
  add('requirements', "Kometa's requirements", 'ok', 'all of them can be imported')
  for (const warning of warnings) add('requirements', "Kometa's requirements", 'warning', warning)
  const fonts = dir === null ? [] : await readdir(join(dir, 'fonts')).catch(() => [])
  if (fonts.length > 0) add('fonts', 'Fonts', 'ok', count(fonts.length, 'font of Kometa', 'fonts of Kometa'))
  else
    add(
      'fonts',
      'Fonts',
      'warning',
      "Kometa's fonts folder is empty",
      'Get Kometa again: text overlays need its fonts.',
    )
}

async function checkOverlays(
  config: JobConfig,
  renderer: Renderer | null,
  options: DoctorOptions,
  add: Add,
  fail: Fail,
): Promise<void> {
  const libraries = config.libraries.filter(
    ({ overlayFiles, removeOverlays }) => overlayFiles.length > 0 || removeOverlays,
  )
  for (const { mappingName } of libraries) {
    const label = `Overlay files of ${mappingName}`
    try {
      const kometaDir = renderer?.dir ?? null
      const warnings = await checkLibraries(config, { libraries: [mappingName], kometaDir, env: options.env })
      for (const warning of warnings) add('overlays', label, 'warning', warning, 'Kometa leaves these overlays out.')
      if (warnings.length === 0) add('overlays', label, 'ok', 'all found')
    } catch (error) {
      fail('overlays', label, error)
    }
  }
}

async function checkServers(config: JobConfig, options: DoctorOptions, add: Add, fail: Fail): Promise<Date | null> {
  const identifier = await clientIdentifier(options.dataDir)
  for (const [index, server] of config.servers.entries()) {
    const label = `Plex at ${new URL(server.url).host}`
    await using connection = createPlexConnection({
      ...server,
      clientIdentifier: server.clientIdentifier ?? identifier,
    })
    const reader = createPlexReader(connection, { signal: options.signal })
    try {
      const info = await preflight(connection, reader, { signal: options.signal })
      add('plex', label, 'ok', `"${info.name}", version ${info.version}; it takes the token`)
      if (info.tokenIsBarrier) add('plex-token', label, 'ok', 'refuses reads without the token')
      else {
        const fix =
          'Take this address out of Settings, Network, "List of IP addresses and networks that are allowed without auth".'
        add('plex-token', label, 'warning', 'answers reads without a token from here: the token is no barrier', fix)
      }
      checkTls(server, label, add)
      const sections = await reader.sections()
      for (const library of config.libraries.filter(({ serverIndex }) => serverIndex === index)) {
        try {
          findSection(sections, library.libraryName, info.name)
          add('library', `Library ${library.mappingName}`, 'ok', 'known to Plex')
        } catch (error) {
          fail('library', `Library ${library.mappingName}`, error)
        }
      }
    } catch (error) {
      fail('plex', label, error)
    }
  }
  return null
}

function checkTls({ url, verifySsl, fingerprint }: JobConfig['servers'][number], label: string, add: Add): void {
  if (url.startsWith('http:')) add('tls', label, 'ok', 'plain HTTP, as the config says')
  else if (fingerprint) add('tls', label, 'ok', 'its pinned certificate')
  else if (verifySsl) add('tls', label, 'ok', 'its certificate is valid')
  else {
    const fix = 'Pin its certificate with preview.plex_fingerprint instead of verify_ssl: false.'
    add('tls', label, 'warning', 'its certificate is not checked', fix)
  }
}

async function checkOutside(
  config: JobConfig | null,
  { env }: DoctorOptions,
  plexDate: Date | null,
  add: Add,
): Promise<void> {
  const key = config === null ? '' : textOf(get(config.document, 'tmdb', 'apikey'))
  if (config !== null && key === '') {
    add(
      'tmdb-key',
      'TMDb key',
      'problem',
      'tmdb.apikey is missing',
      'Kometa does not start without it: themoviedb.org, Settings, API.',
    )
  }
  const tmdb = await probeHost(
    `https://api.themoviedb.org/3/configuration${key === '' ? '' : `?api_key=${encodeURIComponent(key)}`}`,
    env,
  )
  if (!tmdb.reached) {
    add(
      'tmdb',
      'TMDb',
      'problem',
      `api.themoviedb.org cannot be reached (${tmdb.why})`,
      'Kometa does not start without it: check network, DNS and HTTPS_PROXY.',
    )
  } else if (key !== '' && tmdb.status === 401) {
    add(
      'tmdb',
      'TMDb',
      'problem',
      'TMDb refuses tmdb.apikey',
      'Copy the key (API Key, v3) from themoviedb.org, Settings, API.',
    )
  } else add('tmdb', 'TMDb', 'ok', key === '' ? 'can be reached' : 'can be reached and takes the key')
  const github = await probeHost('https://raw.githubusercontent.com/Kometa-Team/Kometa/master/VERSION', env)
  if (github.reached) add('github', 'GitHub', 'ok', 'can be reached')
  else {
    const fix = 'Kometa waits 50 s for it and ends: check network, DNS and HTTPS_PROXY.'
    add('github', 'GitHub', 'problem', `raw.githubusercontent.com cannot be reached (${github.why})`, fix)
  }
  const date = plexDate ?? (tmdb.reached ? tmdb.date : null) ?? (github.reached ? github.date : null)
  if (date === null) return add('clock', 'Clock', 'skipped', 'nobody was reached who tells the time')
  const skewMs = Math.abs(Date.now() - date.getTime())
  if (skewMs <= maxClockSkewMs) add('clock', 'Clock', 'ok', 'right')
  else
    add(
      'clock',
      'Clock',
      'warning',
      `off by ${Math.round(skewMs / 60_000)} min`,
      'Set the clock of this machine: certificates are judged by it.',
    )
}

async function checkMachine({ dataDir }: DoctorOptions, add: Add): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true })
    await access(dataDir, constants.W_OK)
    const { bavail, bsize } = await statfs(dataDir)
    const free = bavail * bsize
    const text = `${(free / 1024 ** 3).toFixed(1)} GB free in ${dataDir}`
    if (free > lowDiskBytes) add('disk', 'Disk', 'ok', text)
    else add('disk', 'Disk', 'warning', text, 'Make room, or name another folder with --data.')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    add('disk', 'Data folder', 'problem', `${dataDir} cannot be written: ${why}`, 'Name another folder with --data.')
  }
  const free = await isFree(defaultProxyPort)
  add('port', 'Port', 'ok', free ? `${defaultProxyPort} is free` : `${defaultProxyPort} is taken: a free one is used`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
