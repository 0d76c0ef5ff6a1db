import { realpath } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { type Beneath, openBeneath } from '../../util/beneath/beneath.ts'
import { readPlainFile } from '../../util/files/plain-file.ts'
import { everywhere, type Reach } from '../reach/reach.ts'
import { maxYamlBytes, readYamlBytes } from '../yaml/yaml-read.ts'
import { uuidIn } from './locate.ts'

/**
 * Reads the files of a config. Files in the job folder are reached without following a link, since anybody may have
 * made the job. The user's own files are read as they are, through links too.
 */
export interface SourceReader {
  bytes(path: string): Promise<Buffer>
  exists(path: string): Promise<boolean>
  /** The path without links, or the path itself if nothing exists there. */
  realPath(path: string): Promise<string>
  /** A folder of the job or of the user. */
  folder(path: string): Beneath
  /** The X-Plex-Client-Identifier that Kometa keeps in its config folder. */
  uuid(configDir: string): Promise<string | undefined>
}

/**
 * `jobDir` is null for a config that belongs to no job. `reach` applies to files outside of that folder. Throws
 * JOB_NOT_FOUND if the folder does not exist.
 */
export function createSourceReader(jobDir: string | null, reach: Reach = everywhere): SourceReader {
  const job = jobDir === null ? null : openJob(jobDir)
  /** The path inside the job. null: the file is the user's. */
  const inJob = (path: string): { job: Beneath; path: string } | null => {
    if (job === null || jobDir === null) return null
    for (const root of [resolve(jobDir), job.realPath]) {
      const below = relative(root, resolve(path))
      if (below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && resolve(root, below) === resolve(path)) {
        return { job, path: below.split(sep).join('/') }
      }
    }
    return null
  }
  const bytes = async (path: string): Promise<Buffer> => {
    const place = inJob(path)
    return readYamlBytes(path, () => (place ? place.job.read(place.path, maxYamlBytes) : readWithin(path, reach)))
  }
  return {
    bytes,
    async exists(path) {
      const place = inJob(path)
      return place ? (await place.job.look(place.path)) !== null : reach.exists(path)
    },
    async realPath(path) {
      const found = inJob(path) ? path : await reach.find(path)
      return found === null ? path : realpath(found).catch(() => path)
    },
    folder(path) {
      const place = inJob(path)
      if (place) return place.job.folder(place.path)
      return job !== null && jobDir !== null && resolve(path) === resolve(jobDir) ? job : openBeneath(path)
    },
    async uuid(configDir) {
      const path = join(configDir, 'UUID')
      // The file does not exist before the user's first run. The caller then uses its own identifier.
      return (await this.exists(path)) ? uuidIn((await bytes(path)).toString('utf8')) : undefined
    },
  }
}

/**
 * For the user's own config, a message says why a file cannot be read. For any other config it says only that the
 * file is missing.
 */
async function readWithin(path: string, reach: Reach): Promise<Buffer> {
  const found = await reach.way(path)
  if (found === null) throw Object.assign(new Error('missing, or out of reach'), { code: 'ENOENT' })
  return readPlainFile(found, maxYamlBytes)
}

function openJob(jobDir: string): Beneath {
  try {
    return openBeneath(jobDir)
  } catch (cause) {
    throw new AppError('JOB_NOT_FOUND', `There is no job folder ${resolve(jobDir)}`, { cause })
  }
}
