import { createHash, randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { JobConfig } from '../../config/read/user-config.ts'
import { maxYamlBytes } from '../../config/yaml/yaml-read.ts'
import type { ConfigCheck, Connection } from '../../contract/api/api-connect.ts'
import { AppError } from '../../contract/errors.ts'
import type { TargetLibrary, TargetServer } from '../../plex/lookup/library-lookup.ts'
import { createRedactor } from '../../util/redact.ts'
import { onText } from '../foreign-text/on-text.ts'
import { checkEdit } from './check-edit.ts'
import { hiddenIn } from './hidden/hidden-uses.ts'
import type { MaskedConfig } from './hidden/mask-config.ts'
import { inspectConfig } from './inspect-config.ts'
import { describeServer, type LiveServer, reachServer } from './live-server.ts'
import { type ConfigOrigin, cleanPaths, type LoadDeps, loadOrigin, placeOf } from './load-config.ts'
import { isUsable, placeLibraries } from './place-libraries.ts'

/** A connected config and its servers. */
export interface LiveConnection extends AsyncDisposable {
  id: string
  origin: ConfigOrigin
  masked: MaskedConfig
  /** null if the config cannot be used; `reply.problems` say why. */
  config: JobConfig | null
  servers: readonly LiveServer[]
  targetServers: readonly TargetServer[]
  /** The libraries that can be previewed, with what Plex says about them. */
  targetLibraries: readonly TargetLibrary[]
  reply: Connection
  /** Removes the config's secrets and our own paths from a text. */
  scrub(text: string): string
  /** Checks an edit of the config. */
  check(edited: string): Promise<ConfigCheck>
}

export interface ConnectDeps extends LoadDeps {
  /** Whether Kometa draws; the demo's stand-in needs no TMDb key. */
  needsTmdb: boolean
  /** A folder of ours that only this user can open. It gets pasted texts, with names in place of their secrets. */
  privateDir: string
  clientIdentifier: string
  signal: AbortSignal
  /** The id of the connection that this one replaces. */
  id?: string
}

/**
 * Connects a config: reads and masks it, asks its servers, finds its libraries. It does not throw for a fault in the
 * config.
 */
export async function openConnection(origin: ConfigOrigin, deps: ConnectDeps): Promise<LiveConnection> {
  if (Buffer.byteLength(origin.text) > maxYamlBytes) {
    throw new AppError('CONFIG_INVALID_YAML', 'the config is larger than 4 MiB')
  }
  const id = deps.id ?? randomBytes(8).toString('hex')
  const masked = await onText('mask', origin.text)
  const name = origin.kind === 'path' ? basename(origin.path) : origin.name
  const folder = join(deps.privateDir, randomBytes(8).toString('hex'))
  const redactor = createRedactor(masked.secrets)
  const scrub = (text: string) =>
    redactor.text(cleanPaths(text, folder, origin.kind === 'path' ? origin.path : null, name))
  const { env, kometaDir, needsTmdb } = deps
  const base = { masked, env, kometaDir, needsTmdb, clean: scrub }

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
      revision: createHash('sha256').update(masked.text).digest('hex').slice(0, 16),
      source,
      connectedAt: new Date().toISOString(),
      text: masked.text,
      servers: servers.map((server) => describeServer(server, scrubAll)),
      problems: inspection.problems,
      isRead: config !== null,
      libraries,
      leftOut: inspection.leftOut,
      usable: isUsable(inspection, libraries),
    },
    check: (edited) =>
      checkEdit(
        {
          ...{ text: edited, masks: masked.masks, before: hiddenIn(masked), name, place: placeOf(origin, config) },
          withoutEnvironment: origin.kind === 'text',
        },
        { ...deps, servers, scrub: scrubAll },
      ),
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map(({ connection }) => connection[Symbol.asyncDispose]()))
      await rm(folder, { recursive: true, force: true })
    },
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
