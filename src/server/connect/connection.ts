import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type JobConfig, type LoadOptions, loadJobConfig } from '../../config/job-config.ts'
import { defaultKometaCwd } from '../../config/locate.ts'
import { maxYamlBytes, parseYaml } from '../../config/yaml-read.ts'
import type { ConfigCheck, ConnectedLibrary, Connection } from '../../contract/api-connect.ts'
import { AppError } from '../../contract/errors.ts'
import { findSection, type TargetLibrary, type TargetServer } from '../../plex/library-lookup.ts'
import { writeFileAtomic } from '../../util/atomic-file.ts'
import { createRedactor } from '../../util/redact.ts'
import { type Inspection, inspectConfig } from './inspect-config.ts'
import { describeServer, type LiveServer, reachServer } from './live-server.ts'
import { type MaskedConfig, maskConfig } from './mask-config.ts'
import { unmaskConfig } from './unmask-config.ts'
import { readPlaces } from './yaml-places.ts'

/** Where a config comes from; `text` holds secrets and lives in memory only. */
export type ConfigOrigin = { kind: 'path'; path: string; text: string } | { kind: 'text'; name: string; text: string }

/** The config that is connected, and its servers. */
export interface LiveConnection extends AsyncDisposable {
  id: string
  origin: ConfigOrigin
  masked: MaskedConfig
  /** null: it cannot be used; `reply.problems` say why. */
  config: JobConfig | null
  servers: readonly LiveServer[]
  targetServers: readonly TargetServer[]
  /** Libraries that can be previewed, as Plex knows them. */
  targetLibraries: readonly TargetLibrary[]
  reply: Connection
  /** Takes the config's secrets and our own paths out of a text. */
  scrub(text: string): string
  /** What an edited text would mean. */
  check(edited: string): Promise<ConfigCheck>
}

export interface ConnectDeps {
  env: NodeJS.ProcessEnv
  /** Ours alone, 0700: texts that have no file, secrets replaced by names. */
  privateDir: string
  kometaDir: string | null
  clientIdentifier: string
  signal: AbortSignal
}

/** Connects a config: reads and masks it, reaches its servers, finds its libraries. Never throws for what the config says. */
export async function openConnection(origin: ConfigOrigin, deps: ConnectDeps): Promise<LiveConnection> {
  if (Buffer.byteLength(origin.text) > maxYamlBytes) {
    throw new AppError('CONFIG_INVALID_YAML', 'the config is larger than 4 MiB')
  }
  const id = randomBytes(8).toString('hex')
  const masked = maskConfig(origin.text)
  const name = origin.kind === 'path' ? basename(origin.path) : origin.name
  const folder = join(deps.privateDir, id)
  const redactor = createRedactor(masked.secrets)
  const scrub = (text: string) =>
    redactor.text(cleanPaths(text, folder, origin.kind === 'path' ? origin.path : null, name))
  const base = { masked, env: deps.env, kometaDir: deps.kometaDir, clean: scrub }

  const inspection = await inspectConfig({ ...base, load: () => loadOrigin(origin, masked, folder, deps) })
  const { config } = inspection
  const known = config ? createRedactor([...masked.secrets, ...config.secretsForRedaction]) : redactor
  const scrubAll = (text: string) => known.text(scrub(text))
  const servers = config ? await reachServers(config, deps) : []
  const { libraries, targetLibraries } = placeLibraries(inspection.libraries, config, servers, scrubAll)
  const targetServers = servers.flatMap(({ index, info, reader }) =>
    info ? [{ key: String(index), machineIdentifier: info.machineIdentifier, name: info.name, reader }] : [],
  )
  const source =
    origin.kind === 'path' ? { kind: 'path' as const, path: origin.path, name } : { kind: 'text' as const, name }
  return {
    id,
    origin,
    masked,
    config,
    servers,
    targetServers,
    targetLibraries,
    scrub: scrubAll,
    reply: {
      id,
      source,
      connectedAt: new Date().toISOString(),
      text: masked.text,
      servers: servers.map((server) => describeServer(server, scrubAll)),
      problems: inspection.problems,
      libraries,
      leftOut: inspection.leftOut,
      usable: isUsable(inspection, libraries),
    },
    async check(edited) {
      const editFolder = join(deps.privateDir, `${id}-${randomBytes(4).toString('hex')}`)
      try {
        const checked = await inspectEdit(edited, masked, {
          ...base,
          // The path under which the edit is read must not show either.
          clean: (text) => scrubAll(cleanPaths(text, editFolder, null, name)),
          load: (text, secrets) =>
            loadText(text, secrets, editFolder, {
              ...deps,
              env: envOf(origin, deps.env),
              place: placeOf(origin, config),
            }),
        })
        const placed = placeLibraries(checked.libraries, checked.config, servers, scrubAll)
        const { problems, leftOut } = checked
        return { problems, leftOut, libraries: placed.libraries, usable: isUsable(checked, placed.libraries) }
      } finally {
        await rm(editFolder, { recursive: true, force: true })
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map(({ connection }) => connection[Symbol.asyncDispose]()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const isUsable = ({ config, problems }: Inspection, libraries: readonly ConnectedLibrary[]): boolean =>
  config !== null && libraries.some(({ problem }) => problem === null) && !problems.some(isFatal)

/** What stands in no library stops every preview; a library that cannot be previewed stops only its own. */
const isFatal = ({ severity, path }: Inspection['problems'][number]): boolean =>
  severity === 'error' && !(path ?? '').startsWith('libraries.')

function cleanPaths(text: string, folder: string, path: string | null, name: string): string {
  const inner = text.replaceAll(join(folder, 'config.yml'), name).replaceAll(folder, 'the folder of the config')
  return path === null ? inner : inner.replaceAll(path, name)
}

async function loadOrigin(
  origin: ConfigOrigin,
  masked: MaskedConfig,
  folder: string,
  deps: ConnectDeps,
): Promise<JobConfig> {
  if (origin.kind === 'path') {
    return loadJobConfig({ kind: 'config', configPath: origin.path }, loadOptions(deps, {}))
  }
  // A broken text is judged as it was pasted, and kept nowhere.
  parseYaml(origin.text, origin.name)
  const { text, secrets } = unmaskConfig(masked.text, masked.masks)
  return loadText(text, secrets, folder, { ...deps, env: envOf(origin, deps.env), place: null })
}

/** Where a config's relative paths and backups are looked for. */
export interface ConfigPlace {
  kometaConfigDir: string
  kometaCwd: string
}

export function placeOf(origin: ConfigOrigin, config: JobConfig | null): ConfigPlace | null {
  if (config) return { kometaConfigDir: config.kometaConfigDir, kometaCwd: config.kometaCwd }
  if (origin.kind === 'text') return null
  const kometaConfigDir = dirname(origin.path)
  return { kometaConfigDir, kometaCwd: defaultKometaCwd(kometaConfigDir) }
}

/** Reads a text as a config. It is written, with names where its secrets stand, into a folder of ours. */
export async function loadText(
  text: string,
  secrets: Readonly<Record<string, string>>,
  folder: string,
  deps: Pick<ConnectDeps, 'env' | 'kometaDir'> & { place: ConfigPlace | null },
): Promise<JobConfig> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const configPath = join(folder, 'config.yml')
  await writeFileAtomic(configPath, text, 0o600)
  return loadJobConfig({ kind: 'config', configPath }, { ...loadOptions(deps, secrets), ...deps.place })
}

function loadOptions(
  { env, kometaDir }: Pick<ConnectDeps, 'env' | 'kometaDir'>,
  secrets: Readonly<Record<string, string>>,
): LoadOptions {
  return { env, secrets, ...(kometaDir === null ? {} : { kometaDir }) }
}

/** A pasted config is someone's text: `<<name>>` in it must not fetch a secret of this machine and send it to its plex.url. */
export function envOf(origin: Pick<ConfigOrigin, 'kind'>, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (origin.kind === 'path') return env
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:KOMETA|PMM)_/i.test(name)))
}

async function inspectEdit(
  edited: string,
  { masks }: MaskedConfig,
  options: Omit<Parameters<typeof inspectConfig>[0], 'masked' | 'load'> & {
    load: (text: string, secrets: Readonly<Record<string, string>>) => Promise<JobConfig>
  },
): Promise<Inspection> {
  const { text, secrets, problems } = unmaskConfig(edited, masks)
  const places = readPlaces(edited)
  const inspection = await inspectConfig({
    ...options,
    masked: { text: edited },
    load: () => options.load(text, secrets),
  })
  const own = problems.map(({ message, place }) => {
    const [start, end] = [places.position(place.start), places.position(place.end)]
    const span = { ...start, endLine: end.line, endColumn: end.column }
    return { severity: 'error' as const, message, ...span, path: place.path.join('.') }
  })
  return {
    ...inspection,
    problems: [...own, ...inspection.problems],
    config: own.length > 0 ? null : inspection.config,
  }
}

async function reachServers(config: JobConfig, deps: ConnectDeps): Promise<LiveServer[]> {
  const used = new Set(config.libraries.filter(hasOverlays).map(({ serverIndex }) => serverIndex))
  return Promise.all(
    config.servers.flatMap((server, index) =>
      used.has(index) ? [reachServer(server, index, deps.clientIdentifier, deps.signal)] : [],
    ),
  )
}

const hasOverlays = (library: JobConfig['libraries'][number]): boolean =>
  library.overlayFiles.length > 0 || library.removeOverlays

/** Puts what Plex knows beside what the config says. */
function placeLibraries(
  libraries: readonly ConnectedLibrary[],
  config: JobConfig | null,
  servers: readonly LiveServer[],
  scrub: (text: string) => string,
): { libraries: ConnectedLibrary[]; targetLibraries: TargetLibrary[] } {
  const targetLibraries: TargetLibrary[] = []
  const placed = libraries.map((library): ConnectedLibrary => {
    const own = config?.libraries.find(({ mappingName }) => mappingName === library.mappingName)
    const wanted = own ? config?.servers[own.serverIndex] : undefined
    const candidates = servers.filter(({ url }) => url === wanted?.url)
    const server = candidates.find(({ index }) => index === own?.serverIndex) ?? candidates[0]
    if (!server?.info || !own) return { ...library, problem: library.problem ?? 'Its Plex server does not answer.' }
    const id = server.info.machineIdentifier
    try {
      const section = findSection(server.sections, own.libraryName, server.info.name)
      const found = { ...library, server: id, sectionId: section.key, type: section.type }
      if (found.problem === null) {
        const { mappingName, libraryName } = own
        const place = { sectionId: section.key, sectionType: section.type, server: String(server.index) }
        targetLibraries.push({ mappingName, libraryName, ...place })
      }
      return found
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const why = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`
      return { ...library, server: id, problem: scrub(why) }
    }
  })
  return { libraries: placed, targetLibraries }
}
