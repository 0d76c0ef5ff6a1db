import { access, lstat, readdir, readlink, realpath, stat } from 'node:fs/promises'
import { dirname, join, parse, relative, resolve, sep } from 'node:path'
import { isWithin } from '../../util/files/is-within.ts'

/** One folder whose contents may be read. */
export interface ReachArea {
  folder: string
  /** Folders inside of it that may not be read. */
  except?: readonly string[]
}

/**
 * What the paths of a config may lead to. Every question about a path of a config is asked here: what lies outside is
 * treated as if it did not exist, and is not looked at.
 */
export interface Reach {
  /** By real paths; null: everything may be read. */
  readonly areas: readonly RealArea[] | null
  /** For the user, where something is missing: which folders count; null where all do. */
  readonly note: string | null
  /** What a path leads to. It is outside when it leaves the areas on its way, whatever may stand there. */
  look(path: string): Promise<Place>
  /** Where to open what is there: a path without links. null for what is missing or outside. */
  find(path: string): Promise<string | null>
  /** The same for who says himself why something cannot be opened: of a user's own config, every path as it stands. */
  way(path: string): Promise<string | null>
  exists(path: string): Promise<boolean>
  isFolder(path: string): Promise<boolean>
  /** The names in a folder; none where it is missing, outside or closed to us. */
  names(folder: string): Promise<string[]>
}

export type Place = { is: 'there'; path: string } | { is: 'missing' } | { is: 'outside' }

export interface RealArea {
  folder: string
  except: readonly string[]
}

interface Area extends RealArea {
  /** As it was named, which may be by way of links. */
  named: string
}

/** As many links in a row as Linux follows. */
const maxLinks = 40
/** Where two spellings can be one file, the system is asked for the one that it goes by. */
const hasManySpellings = process.platform === 'darwin' || process.platform === 'win32'

/** A config that the user has named by its path: it is the user's own and reads whatever the user can. */
export const everywhere: Reach = withLook(null, null, async (path) =>
  (await isThere(path)) ? { is: 'there', path } : { is: 'missing' },
)

/** A config that came from a browser or from a job folder. `note`: see Reach. */
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

/** null: there is no such folder. */
async function toRealArea({ folder, except = [] }: ReachArea): Promise<Area | null> {
  const named = resolve(folder)
  const real = await realpath(named).catch(() => null)
  if (real === null) return null
  const closed = await Promise.all(except.map(async (each) => [resolve(each), await realOfNew(resolve(each))]))
  return { named, folder: real, except: [...new Set(closed.flat())] }
}

/** The real path of what may not be there yet. */
async function realOfNew(path: string): Promise<string> {
  const real = await realpath(path).catch(() => null)
  if (real !== null || path === parse(path).root) return real ?? path
  return join(await realOfNew(dirname(path)), relative(dirname(path), path))
}

/** Follows a path link by link, and looks at nothing that lies outside: not even to say whether it is there. */
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

/** The area that a path lies in, and the path from its real folder on; null: it lies in none. */
function startOf(path: string, areas: readonly Area[]): { folder: string; path: string } | null {
  for (const { named, folder, except } of areas) {
    const inside = isWithin(path, folder) ? path : isWithin(path, named) ? join(folder, relative(named, path)) : null
    if (inside !== null && !except.some((closed) => isWithin(inside, closed))) return { folder, path: inside }
  }
  return null
}

/** Goes down from a real folder to the first link, or to the end. null: something on the way is missing. */
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
