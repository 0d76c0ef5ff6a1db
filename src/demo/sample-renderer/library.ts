import { type Item, type Level, levelNumbers, readItem } from './item.ts'
import type { KometaLog } from './kometa-log.ts'
import type { PlexClient } from './plex-client.ts'
import type { LibrarySettings } from './run-settings.ts'
import type { Element } from './xml.ts'

/** One connected library. It makes the same reads as Kometa, as often and in the same order. */
export interface Library {
  settings: LibrarySettings
  plex: PlexClient
  section: string
  type: 'movie' | 'show'
  /**
   * All items of one level. Kometa lists movies and shows once, seasons and episodes for each definition
   * (plex.py:874-905).
   */
  listing(level: Level): Promise<Element[]>
  /** The items that Plex finds for a plex_search. */
  search(level: Level, of: { resolution: string; hdr: boolean }): Promise<Element[]>
  /** The whole item. It is read once (plex.py:1072-1083), a season or episode twice (plex.py:858-861). */
  item(ratingKey: string, level: Level): Promise<Item>
  /** The whole episodes of a show or season. */
  leaves(item: Item): Promise<Item[]>
  /** Items that carry the Overlay label, of every level (overlays.py:693-695). */
  labelled(): Promise<{ ratingKey: string; level: Level }[]>
}

/** Connects with the same reads as Kometa. Throws in Kometa's words if Plex lacks the library. */
export async function connectLibrary(settings: LibrarySettings, plex: PlexClient, log: KometaLog): Promise<Library> {
  const root = await plex.query('/')
  await plex.query('/:/prefs')
  const { friendlyName = '', version = '' } = root.attributes
  log.info('plex.py', `Connected to server ${friendlyName} version ${version}`)
  await plex.query('/library')
  const sections = await plex.query('/library/sections')
  const titles = sections.children.map(({ attributes }) => attributes.title ?? '')
  const found = sections.children.find(({ attributes }) => attributes.title === settings.title)
  if (!found) {
    throw new Error(`Plex Error: Plex Library '${settings.title}' not found. Options: ${titles.join(', ')}`)
  }
  const { key: section = '', type, allowSync } = found.attributes
  if (type !== 'movie' && type !== 'show')
    throw new Error('Plex Error: the sample renderer knows movies and shows only')
  if (allowSync === '0') throw new Error('Plex Error: Plex Token is read only. Please get a new token')
  await plex.query(`/library/sections/${section}/prefs`)
  log.info('plex.py', `Connected to library ${settings.title}`)
  return createLibrary({ settings, plex, section, type })
}

type LibraryBase = Pick<Library, 'settings' | 'plex' | 'section' | 'type'>

function createLibrary(base: LibraryBase): Library {
  const { plex, section, type } = base
  const all = `/library/sections/${section}/all`
  const items = new Map<string, Item>()
  const leaves = new Map<string, Item[]>()
  let topLevel: Element[] | null = null
  const prefix = type === 'show' ? 'episode.' : ''

  async function item(ratingKey: string, level: Level): Promise<Item> {
    const known = items.get(ratingKey)
    if (known) return known
    if (level === 'season' || level === 'episode') {
      await plex.query(`/library/metadata/${ratingKey}`, { paged: true })
    }
    const whole = await wholeItem(plex, ratingKey)
    items.set(ratingKey, whole)
    return whole
  }

  return {
    ...base,
    item,
    async listing(level) {
      const resource = `${all}?includeGuids=1&type=${levelNumbers[level]}`
      if (level !== 'movie' && level !== 'show') return await plex.list(resource)
      topLevel ??= await plex.list(resource)
      return topLevel
    },
    async search(level, { resolution, hdr }) {
      const field = `${prefix}resolution`
      const choices = await plex.query(
        `/library/sections/${section}/resolution?type=${levelNumbers[type === 'show' ? 'episode' : 'movie']}`,
      )
      if (!choices.children.some(({ attributes }) => attributes.key === resolution)) return []
      const range = hdr ? `&and=1&${prefix}hdr=1` : ''
      return await plex.list(`${all}?type=${levelNumbers[level]}&sort=titleSort&${field}=${resolution}${range}`)
    },
    async leaves(of) {
      const known = leaves.get(of.ratingKey)
      if (known) return known
      const resource = of.level === 'show' ? 'allLeaves' : 'children'
      const container = await plex.query(`/library/metadata/${of.ratingKey}/${resource}?includeGuids=1`, {
        paged: true,
      })
      const read: Item[] = []
      for (const { attributes } of container.children) {
        if (attributes.ratingKey !== undefined) read.push(await item(attributes.ratingKey, 'movie'))
      }
      leaves.set(of.ratingKey, read)
      return read
    },
    labelled: () => labelledItems(base),
  }
}

async function wholeItem(plex: PlexClient, ratingKey: string): Promise<Item> {
  const container = await plex.query(`/library/metadata/${ratingKey}`)
  const [element] = container.children
  const item = element ? readItem(element) : null
  if (!item) throw new Error(`Item Failed to Load: ${ratingKey}`)
  return item
}

async function labelledItems({ plex, section, type }: LibraryBase): Promise<{ ratingKey: string; level: Level }[]> {
  const path = `/library/sections/${section}`
  const empty = 'includeMeta=1&includeAdvanced=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0'
  await plex.query(`${path}/all?${empty}`)
  await plex.query(`${path}/collections?${empty}`)
  const levels: readonly Level[] = type === 'movie' ? ['movie'] : ['show', 'episode', 'season']
  const found: { ratingKey: string; level: Level }[] = []
  for (const level of levels) {
    const choices = await plex.query(`${path}/label?type=${levelNumbers[level]}`)
    const choice = choices.children.find(({ attributes }) => attributes.title?.toLowerCase() === 'overlay')
    const key = choice?.attributes.key
    if (key === undefined) continue
    const field = level === 'movie' ? 'label' : `${level}.label`
    const ofType = level === type ? '' : `&type=${levelNumbers[level]}`
    const elements = await plex.list(`${path}/all?includeGuids=1${ofType}&${field}=${encodeURIComponent(key)}`)
    for (const { attributes } of elements) {
      if (attributes.ratingKey !== undefined) found.push({ ratingKey: attributes.ratingKey, level })
    }
  }
  return found
}
