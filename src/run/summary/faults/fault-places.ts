import { isAbsolute, relative } from 'node:path'
import { findEntryFiles } from '../../../config/overlays/entry-files.ts'
import { overlayList } from '../../../config/overlays/overlay-entries.ts'
import type { JobConfig } from '../../../config/read/user-config.ts'
import { readOrNull } from '../../../config/yaml/yaml-files.ts'
import { get, getMap, isMap, textOf } from '../../../config/yaml/yaml-value.ts'
import type { LoggedLibrary } from '../../../kometa/log/outcome/kometa-faults.ts'
import type { LoggedFile } from '../../../kometa/log/read/log-events.ts'
import { trimEndOf } from '../../../util/trim-end.ts'

export interface FaultPlace {
  /** The path as the user knows it. */
  file: string | null
  line: number | null
}

/** Finds the place in the user's files of something that Kometa's log names. */
export interface FaultPlaces {
  /** The file itself. */
  ofFile(file: LoggedFile, line: number | null): Promise<FaultPlace>
  /** The entry of overlay_files that names it. */
  ofEntry(library: string, entry: LoggedFile | null): Promise<FaultPlace>
  /** The place of a definition. For a default or remote file, it is where the config names that file. */
  ofDefinition(library: string, file: LoggedFile | null, name: string): Promise<FaultPlace>
  /** The file of Kometa's n-th definition, among the files that it loaded. */
  fileOf(library: LoggedLibrary, at: number): Promise<LoggedFile | null>
}

/** Whether the user wrote the file. Other files are Kometa's own, or were fetched. */
export const isOwn = (file: LoggedFile | null): boolean => file?.form === 'File'

export function createFaultPlaces(config: JobConfig, kometaDir: string | null): FaultPlaces {
  const pathOf = async ({ form, path }: LoggedFile): Promise<string | undefined> => {
    const known = form === 'File' ? 'file' : form === 'Default' ? 'default' : 'url'
    return (await findEntryFiles({ form: known, value: path }, config, kometaDir))[0]
  }
  const shown = (path: string): string => {
    const inside = relative(config.kometaCwd, path)
    return inside.startsWith('..') || isAbsolute(inside) ? path : inside
  }

  /** The first of these places that is in a file of the config. */
  async function inConfig(keys: readonly (readonly string[])[]): Promise<FaultPlace> {
    for (const path of config.sourceFiles) {
      for (const each of keys) {
        const line = await config.files.lineOf(path, each)
        if (line !== null) return { file: shown(path), line }
      }
    }
    return { file: shown(config.configPath), line: null }
  }

  async function ofEntry(library: string, entry: LoggedFile | null): Promise<FaultPlace> {
    const data = config.libraries.find(({ mappingName }) => mappingName === library)?.data
    const listed = get(data ?? undefined, 'overlay_files')
    const at = overlayList(listed).findIndex((item) => entry !== null && names(item, entry))
    const where = ['overlay_files', 'overlay_path'].map((key) => ['libraries', library, key])
    const exact = at < 0 || !Array.isArray(listed) ? [] : where.map((keys) => [...keys, String(at)])
    return inConfig([...exact, ...where, ['libraries', library]])
  }

  /** null if the file was fetched, or is in a place that we cannot read. */
  async function definitionsOf(file: LoggedFile): Promise<ReadonlySet<string> | null> {
    const path = await pathOf(file)
    if (path === undefined) return null
    return new Set([...getMap(await readOrNull(config.files, path), 'overlays').keys()].map(textOf))
  }
  const known = new Map<string, Promise<ReadonlySet<string> | null>>()
  const definitions = (file: LoggedFile): Promise<ReadonlySet<string> | null> => {
    const key = `${file.form} ${file.path}`
    const found = known.get(key) ?? definitionsOf(file)
    known.set(key, found)
    return found
  }

  return {
    async ofFile(file, line) {
      const path = isOwn(file) ? await pathOf(file) : undefined
      return { file: path === undefined ? file.path : shown(path), line: path === undefined ? null : line }
    },
    ofEntry,
    async ofDefinition(library, file, name) {
      const path = file && isOwn(file) ? await pathOf(file) : undefined
      if (path === undefined) return ofEntry(library, file)
      return { file: shown(path), line: await config.files.lineOf(path, ['overlays', name]) }
    },
    async fileOf({ files, definitions: order }, at) {
      const { name = '', file: told = null } = order[at] ?? {}
      if (told !== null) return files.get(told) ?? null
      const lowest = order.slice(0, at).findLast(({ file }) => file !== null)?.file ?? 0
      const highest = order.slice(at).find(({ file }) => file !== null)?.file ?? Number.POSITIVE_INFINITY
      const between = [...files].filter(([number]) => number >= lowest && number <= highest)
      const unknown: LoggedFile[] = []
      for (const [, file] of between) {
        const names = await definitions(file)
        if (names?.has(name)) return file
        if (names === null) unknown.push(file)
      }
      return unknown.length === 1 ? (unknown[0] ?? null) : null
    },
  }
}

/** Whether an item of overlay_files is this file. The run config names the files of a folder one by one. */
function names(item: Parameters<typeof textOf>[0], { form, path }: LoggedFile): boolean {
  if (!isMap(item)) return textOf(item).trim() === path
  const keys = entryKeys[form.toLowerCase()] ?? [form]
  const values = keys.filter((key) => item.has(key)).map((key) => textOf(item.get(key)))
  if (values.some((value) => value === path || `PMM/${path}` === value)) return true
  const folder = item.has('folder') ? trimEndOf(textOf(item.get('folder')), '/') : null
  return folder !== null && folder !== '' && path.startsWith(`${folder}/`)
}

const entryKeys: Readonly<Record<string, readonly string[]>> = {
  default: ['default', 'pmm', 'git'],
  file: ['file'],
  url: ['url'],
  git: ['git'],
  repo: ['repo'],
}
