import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { configsOfFolder, expandHome, isFolder } from '../../config/locate.ts'
import type { Folder } from '../../contract/api-connect.ts'
import { RequestProblem } from '../http/request-problem.ts'
import { limits } from '../limits.ts'

/** What the browser may see of this machine: folders and YAML files below the allowed folders, and nothing through a link out of them. */
export interface AllowedFolders {
  list(path: string | undefined): Promise<Folder>
  /** The real path of a config that may be read; of a folder, that of the config in it. Throws FORBIDDEN, NOT_FOUND. */
  config(path: string): Promise<string>
}

const isConfigName = (name: string): boolean => /\.ya?ml$/i.test(name)

/** `closed`: folders of ours, where texts lie that came from a browser. Chosen by its path, such a text would count as the user's own file. */
export function createAllowedFolders(
  folders: readonly string[],
  env: NodeJS.ProcessEnv,
  closed: readonly string[] = [],
): AllowedFolders {
  const isOurs = async (real: string): Promise<boolean> => {
    const ours = await Promise.all(closed.map((folder) => realpath(folder).catch(() => resolve(folder))))
    return ours.some((folder) => contains(folder, real))
  }
  const roots = async (): Promise<string[]> => {
    const found = await Promise.all(folders.map((folder) => realpath(resolve(folder)).catch(() => null)))
    return [...new Set(found.filter((folder) => folder !== null))]
  }

  /** Links are resolved first: a link inside an allowed folder may lead anywhere. */
  const inside = async (path: string): Promise<string> => {
    if (path.includes('\0')) throw missing('that')
    const allowed = await roots()
    const asked = resolve(expandHome(path, env))
    // What is outside is refused before it is looked at: whether it exists is nobody's business.
    if (![...allowed, ...folders.map((folder) => resolve(folder))].some((root) => contains(root, asked)))
      throw outside()
    const real = await realpath(asked).catch(() => null)
    if (real === null) throw missing(asked)
    if (!allowed.some((root) => contains(root, real)) || (await isOurs(real))) throw outside()
    return real
  }

  const lookInto = async (folder: string): Promise<string> => {
    for (const name of configsOfFolder) {
      const path = join(folder, name)
      if (await lstat(path).catch(() => null)) return inside(path)
    }
    const names = await readdir(folder).catch((): string[] => [])
    const others = names.filter(isConfigName).toSorted().slice(0, 5)
    throw new RequestProblem(404, 'NOT_FOUND', `${folder} is a folder, and there is no config.yml in it.`, {
      hint:
        others.length > 0 ? `It holds ${others.join(', ')}: name the one that is meant.` : 'Name the config itself.',
    })
  }

  return {
    async config(path) {
      const named = await inside(path)
      if (await isFolder(named)) return lookInto(named)
      if (!isConfigName(path)) {
        throw new RequestProblem(422, 'BAD_REQUEST', 'A config ends with .yml or .yaml.')
      }
      if (!isConfigName(named)) throw outside()
      return named
    },
    async list(path) {
      if (path === undefined || path === '') {
        const entries = await Promise.all((await roots()).map((root) => describe(root, root)))
        return { path: null, parent: null, entries: entries.filter((entry) => entry !== null), truncated: false }
      }
      const folder = await inside(path)
      const names = await readdir(folder).catch(() => {
        throw new RequestProblem(404, 'NOT_FOUND', 'This folder cannot be read.')
      })
      const shown = names.filter((name) => !name.startsWith('.')).sort((a, b) => a.localeCompare(b))
      const entries: Folder['entries'] = []
      for (const name of shown.slice(0, limits.maxFolderEntries)) {
        const entry = await describe(join(folder, name), name)
        if (entry) entries.push(entry)
      }
      entries.sort((a, b) => Number(a.kind === 'config') - Number(b.kind === 'config'))
      const isRoot = (await roots()).includes(folder)
      const truncated = shown.length > limits.maxFolderEntries
      return { path: folder, parent: isRoot ? null : dirname(folder), entries, truncated }
    },
  }
}

async function describe(path: string, name: string): Promise<Folder['entries'][number] | null> {
  // A link whose end is elsewhere is listed by its name only when it is opened: `inside` judges it then.
  const info = await stat(path).catch(() => null)
  const link = await lstat(path).catch(() => null)
  if (!info || !link) return null
  if (info.isDirectory()) return { name, path, kind: 'folder', bytes: null, modifiedAt: null }
  if (!info.isFile() || !isConfigName(basename(path))) return null
  return { name, path, kind: 'config', bytes: info.size, modifiedAt: info.mtime.toISOString() }
}

function contains(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(root, way) === path)
}

const missing = (path: string) => new RequestProblem(404, 'NOT_FOUND', `There is no file or folder ${path}.`)
const outside = () =>
  new RequestProblem(403, 'FORBIDDEN', 'This folder is not among those that Kometa Preview may show.', {
    hint: 'Start it with --allow-folder and the folder that holds your config.',
  })
