import { access, lstat, readdir, readlink, realpath, stat } from 'node:fs/promises'
import { dirname, join, parse, relative, resolve, sep } from 'node:path'
import { isWithin } from '../../util/files/is-within.ts'

/** A folder whose contents may be read. */
export interface ReachArea {
  folder: string
  /** Folders inside `folder` that may not be read. */
  except?: readonly string[]
}

/**
 * The files that the paths of a config may lead to. Every question about such a path is asked here. A path outside
 * is treated as if it did not exist, and nothing outside is looked at.
 */
export interface Reach {
  /** The readable folders by their real paths. null: everything may be read. */
  readonly areas: readonly RealArea[] | null
  /** Tells the user which folders may be read, for messages about something missing. null: every folder may be read. */
  readonly note: string | null
  /** Finds what a path leads to. A path that leaves the areas on its way is outside, whatever it leads to. */
  look(path: string): Promise<Place>
  /** The path without links at which the file can be opened. null: the file is missing or outside. */
  find(path: string): Promise<string | null>
  /**
   * The same for callers that report themselves why a file cannot be opened. For a user's own config it returns
   * every path unchanged.
   */
  way(path: string): Promise<string | null>
  exists(path: string): Promise<boolean>
  isFolder(path: string): Promise<boolean>
  /** The names in a folder. A folder that is missing, outside or not permitted to us has none. */
  names(folder: string): Promise<string[]>
}

export type Place = { is: 'there'; path: string } | { is: 'missing' } | { is: 'outside' }

export interface RealArea {
  folder: string
  except: readonly string[]
}

interface Area extends RealArea {
  /** The path of the folder as it was given. It may contain links. */
  named: string
}

/** The number of links that Linux follows in one path. */
const maxLinks = 40
/** On these systems two spellings can name one file, so the system is asked for its own spelling. */
const hasManySpellings = process.platform === 'darwin' || process.platform === 'win32'

/**
 * For a config that the user has named by its path: it is the user's own, so its paths may lead to whatever the
 * user can read.
 */
export const everywhere: Reach = withLook(null, null, async (path) =>
  (await isThere(path)) ? { is: 'there', path } : { is: 'missing' },
)

/** For a config that came from a browser or from a job folder. `note` is described at Reach. */
export async function createReach(areas: readonly ReachArea[], note: string): Promise<Reach> {
  const found = await Promise.all(areas.map(toRealArea))
  const real = found.filter((area) => area !== null)
  return withLook(real, note, (path) => lookWithin(path, real))
}

function withLook(areas: readonly RealArea[] | null, note: string | null, look: Reach['look']): Reach {
  const find: Reach['find'] = async (path) => {
    const place = await look(path)
    return place.is === 'there' ? place.path : null
  }
  return {
    areas,
    note,
    look,
    find,
    way: areas === null ? async (path) => path : find,
    exists: async (path) => (await find(path)) !== null,
    async isFolder(path) {
      const found = await find(path)
      return found !== null && (await stat(found).catch(() => null))?.isDirectory() === true
    },
    async names(folder) {
      const found = await find(folder)
      return found === null ? [] : readdir(found).catch(() => [])
    },
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** null: the folder does not exist. */
async function toRealArea({ folder, except = [] }: ReachArea): Promise<Area | null> {
  const named = resolve(folder)
  const real = await realpath(named).catch(() => null)
  if (real === null) return null
  const closed = await Promise.all(except.map(async (each) => [resolve(each), await realOfNew(resolve(each))]))
  return { named, folder: real, except: [...new Set(closed.flat())] }
}

/** The real path of something that may not exist yet. */
async function realOfNew(path: string): Promise<string> {
  const real = await realpath(path).catch(() => null)
  if (real !== null || path === parse(path).root) return real ?? path
  return join(await realOfNew(dirname(path)), relative(dirname(path), path))
}

/** Follows a path link by link. Nothing outside is looked at, not even to say whether it exists. */
async function lookWithin(path: string, areas: readonly Area[]): Promise<Place> {
  if (path.includes('\0')) return { is: 'missing' }
  let wanted = resolve(path)
  for (let links = 0; links <= maxLinks; links += 1) {
    const start = startOf(wanted, areas)
    if (start === null) return { is: 'outside' }
    const step = await walk(start.folder, start.path)
    if (step === null) return { is: 'missing' }
    if (!step.isLink) return hasManySpellings ? withTrueSpelling(step.path, areas) : { is: 'there', path: step.path }
    wanted = step.path
  }
  return { is: 'missing' }
}

/** The area that contains a path, and the path below the real folder of this area. null: no area contains it. */
function startOf(path: string, areas: readonly Area[]): { folder: string; path: string } | null {
  for (const { named, folder, except } of areas) {
    const inside = isWithin(path, folder) ? path : isWithin(path, named) ? join(folder, relative(named, path)) : null
    if (inside !== null && !except.some((closed) => isWithin(inside, closed))) return { folder, path: inside }
  }
  return null
}

/** Walks from a real folder to the first link, or to the end of the path. null: something on the way is missing. */
async function walk(folder: string, path: string): Promise<{ path: string; isLink: boolean } | null> {
  const names = relative(folder, path).split(sep)
  let at = folder
  for (const [index, name] of names.entries()) {
    if (name === '') continue
    const next = join(at, name)
    const info = await lstat(next).catch(() => null)
    if (info === null) return null
    if (info.isSymbolicLink()) {
      const target = await readlink(next).catch(() => null)
      return target === null ? null : { path: resolve(at, target, ...names.slice(index + 1)), isLink: true }
    }
    at = next
  }
  return { path: at, isLink: false }
}

async function withTrueSpelling(path: string, areas: readonly Area[]): Promise<Place> {
  const real = await realpath(path).catch(() => null)
  if (real === null) return { is: 'missing' }
  return startOf(real, areas) === null ? { is: 'outside' } : { is: 'there', path: real }
}
