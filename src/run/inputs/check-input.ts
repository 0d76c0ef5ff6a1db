import { checkLibraries, reachNote } from '../../config/overlays/overlay-check.ts'
import { type JobConfig, requireTmdbKey } from '../../config/read/user-config.ts'
import { realRunNotes } from '../../config/run-config/real-run/real-run-notes.ts'
import { versionNotes } from '../../kometa/install/version-notes.ts'
import { createRedactor, type Redactor } from '../../util/redact.ts'
import { checkJobFolder } from '../job-folder/job-folder.ts'
import { closeOnFailure } from '../resources.ts'
import { type ChosenTargets, chooseTargets, namedByLibrary } from '../targets/choose-targets.ts'
import { clientIdentifier } from './client-identifier.ts'
import { connectServers, type JobServers } from './connect-servers.ts'
import { checkDiskSpace } from './disk-space.ts'
import { inUserWords } from './error-words.ts'
import type { JobRequest } from './request.ts'

/** A request that can be run. Disposing closes the connections to Plex. */
export interface CheckedInput extends AsyncDisposable {
  /** Its config is the one that Kometa's own reader sees. */
  request: JobRequest
  redactor: Redactor
  servers: JobServers
  /** For a Kometa that has no client identifier of its own. */
  clientIdentifier: string
  chosen: ChosenTargets
  /** Mapping names of the libraries that Kometa will run. */
  libraries: string[]
  warnings: string[]
}

/**
 * Checks everything that the user gave: the config, the Plex servers, the targets, the overlay files and the disk. Bad
 * input throws an AppError in one line. Until this returns, the job starts no process and makes no job folder.
 */
export async function checkInput(request: JobRequest): Promise<CheckedInput> {
  const { config } = request
  const redactor = createRedactor(config.secretsForRedaction)
  try {
    if (request.renderer.kind === 'kometa') requireTmdbKey(config)
    await checkJobFolder(request.jobDir)
    const identifier = await clientIdentifier(request.dataDir)
    const servers = await connect(request, identifier)
    return await closeOnFailure(servers, async () => {
      const chosen = await findTargets(request, servers)
      // Kometa's reader was asked when the config was loaded, and has been working while Plex was asked.
      const asKometaReads = await config.otherwise()
      if (asKometaReads === null) return await checkFiles({ request, redactor, servers, identifier, chosen })
      await servers[Symbol.asyncDispose]()
      // Kometa's reader has now judged the files, so this happens once.
      return await checkInput({ ...request, config: asKometaReads })
    })
  } catch (error) {
    throw inUserWords(error, redactor, { hasStarted: false })
  }
}

function connect({ config, ...request }: JobRequest, fallbackIdentifier: string): Promise<JobServers> {
  const libraries = [request.library, ...config.preview.targets.map(({ library }) => library)]
  const wanted = libraries.filter((name) => name !== undefined)
  const barriers = request.fresh === true ? undefined : request.remembered?.barriers
  return connectServers(config, {
    ...{ fallbackIdentifier, wanted, signal: request.signal },
    ...(barriers && { barriers }),
  })
}

const findTargets = ({ config, specs, library, jobDir }: JobRequest, servers: JobServers): Promise<ChosenTargets> =>
  chooseTargets(config, servers, { specs, library, jobDir })

interface Found {
  request: JobRequest
  redactor: Redactor
  servers: JobServers
  identifier: string
  chosen: ChosenTargets
}

async function checkFiles({ request, redactor, servers, identifier, chosen }: Found): Promise<CheckedInput> {
  const { targets, notes } = chosen
  const libraries = [...new Set(targets.flatMap(({ mappings }) => mappings))]
  const fileWarnings = await fileWarningsOf(request, chosen, libraries)
  await checkDiskSpace(request.jobDir, targets.length)
  await checkDiskSpace(request.dataDir, 0)
  const { config, renderer } = request
  const warnings = [
    ...renderer.warnings,
    ...versionNotes(renderer.version, config),
    ...config.warnings,
    ...servers.warnings,
    ...notes,
    ...fileWarnings,
    ...config.files.warnings(),
  ]
  const close = () => servers[Symbol.asyncDispose]()
  return {
    ...{ request, redactor, servers, clientIdentifier: identifier, chosen, libraries, warnings },
    [Symbol.asyncDispose]: close,
  }
}

/** What is wrong with overlay files, and what a real run would do besides drawing overlays. */
async function fileWarningsOf(
  { config, renderer, env }: { config: JobConfig } & Pick<JobRequest, 'renderer' | 'env'>,
  { targets }: ChosenTargets,
  libraries: readonly string[],
): Promise<string[]> {
  const kometaDir = renderer.dir
  const warnings = await checkLibraries(config, { libraries, kometaDir, env })
  const note = reachNote(config, warnings)
  const realRun = await realRunNotes(config, { libraries, kometaDir, targets: namedByLibrary(targets) })
  return [...warnings, ...(note === null ? [] : [note]), ...realRun]
}
