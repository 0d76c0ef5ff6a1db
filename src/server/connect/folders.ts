import { lstat, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { createReach, type Reach } from '../../config/reach/reach.ts'
import { configsOfFolder, expandHome, isFolder } from '../../config/read/locate.ts'
import type { Folder } from '../../contract/api/api-connect.ts'
import { RequestProblem } from '../http/request-problem.ts'
import { limits } from '../limits.ts'

/**
 * What the browser may see of this machine: folders and YAML files in the allowed folders. A link out of them is not
 * followed.
 */
export interface AllowedFolders {
  list(path: string | undefined): Promise<Folder>
  /**
   * The real path of a config that may be read; for a folder, the path of the config in it. Throws FORBIDDEN,
   * NOT_FOUND.
   */
  config(path: string): Promise<string>
}

const isConfigName = (name: string): boolean => /\.ya?ml$/i.test(name)

/**
 * `closed` are folders of ours that hold texts from a browser. Such a text would count as the user's own file if it
 * could be chosen by its path.
 */
export function createAllowedFolders(
  folders: readonly string[],
  env: NodeJS.ProcessEnv,
  closed: readonly string[] = [],
): AllowedFolders {
  const allowed = () =>
    createReach(
      folders.map((folder) => ({ folder, except: closed })),
      '',
    )

  /** Follows links that stay inside. The answer does not tell whether there is a file outside. */
  const inside = async (path: string): Promise<string> => {
    if (path.includes('\0')) throw missing('that')
    const asked = resolve(expandHome(path, env))
    const place = await (await allowed()).look(asked)
    if (place.is === 'outside') throw outside()
    if (place.is === 'missing') throw missing(asked)
    return place.path
  }

  const lookInto = async (folder: string): Promise<string> => {
    for (const name of configsOfFolder) {
      const path = join(folder, name)
      if (await lstat(path).catch(() => null)) return inside(path)
    }
    const names = await readdir(folder).catch((): string[] => [])
    const others = names.filter(isConfigName).toSorted().slice(0, 5)
    throw new RequestProblem(404, 'NOT_FOUND', `The folder ${folder} has no config.yml.`, {
      hint: others.length > 0 ? `It has ${others.join(', ')}: choose one of them.` : 'Choose the config itself.',
    })
  }

  return {
    async config(path) {
      const named = await inside(path)
      if (await isFolder(named)) return lookInto(named)
      if (!isConfigName(path)) {
        throw new RequestProblem(422, 'BAD_REQUEST', 'The name of a config ends with .yml or .yaml.')
      }
      if (!isConfigName(named)) throw outside()
      return named
    },
    async list(path) {
      const reach = await allowed()
      if (path === undefined || path === '') {
        const entries = await Promise.all(rootsOf(reach).map((root) => describe(root, root, reach)))
        return { path: null, parent: null, entries: entries.filter((entry) => entry !== null), truncated: false }
      }
      const folder = await inside(path)
      const names = await readdir(folder).catch(() => {
        throw new RequestProblem(404, 'NOT_FOUND', 'This folder cannot be read.')
      })
      const shown = names.filter((name) => !name.startsWith('.')).sort((a, b) => a.localeCompare(b))
      const entries: Folder['entries'] = []
      for (const name of shown.slice(0, limits.maxFolderEntries)) {
        const entry = await describe(join(folder, name), name, reach)
        if (entry) entries.push(entry)
      }
      entries.sort((a, b) => Number(a.kind === 'config') - Number(b.kind === 'config'))
      const isRoot = rootsOf(reach).includes(folder)
      const truncated = shown.length > limits.maxFolderEntries
      return { path: folder, parent: isRoot ? null : dirname(folder), entries, truncated }
    },
  }
}

const rootsOf = ({ areas }: Reach): string[] => [...new Set((areas ?? []).map(({ folder }) => folder))]

/** null for anything but a config or a folder, and for a link that leads outside. */
async function describe(path: string, name: string, reach: Reach): Promise<Folder['entries'][number] | null> {
  const found = await reach.find(path)
  const info = found === null ? null : await stat(found).catch(() => null)
  if (!info) return null
  if (info.isDirectory()) return { name, path, kind: 'folder', bytes: null, modifiedAt: null }
  if (!info.isFile() || !isConfigName(basename(path))) return null
  return { name, path, kind: 'config', bytes: info.size, modifiedAt: info.mtime.toISOString() }
}

const missing = (path: string) => new RequestProblem(404, 'NOT_FOUND', `There is no file or folder ${path}.`)
const outside = () =>
  new RequestProblem(403, 'FORBIDDEN', 'Kometa Preview may not show this folder.', {
    hint: 'To allow it, start Kometa Preview with --allow-folder and the folder of your config.',
  })
