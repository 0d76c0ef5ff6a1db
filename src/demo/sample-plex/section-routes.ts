import { type Call, isOn, type Route, type Server, value } from './call.ts'
import { type Choice, type Field, fields, leavesOf } from './fields.ts'
import { metaNode } from './meta.ts'
import { node, type PlexNode } from './node.ts'
import { parseMediaQuery } from './query.ts'
import { notFound, type Reply } from './reply.ts'
import { type Entry, type EntryType, entryTypeOf, type Section, typeNumbers, versionOf } from './state.ts'

/** What every answer about a section carries on its container. */
export function sectionAttrs(
  section: Section,
  title2: string,
  viewGroup: string,
): Record<string, string | number | boolean> {
  return {
    allowSync: true,
    art: `/:/resources/${section.type}-fanart.jpg`,
    content: 'secondary',
    identifier: 'com.plexapp.plugins.library',
    librarySectionID: section.key,
    librarySectionTitle: section.title,
    librarySectionUUID: section.uuid,
    mediaTagPrefix: '/system/bundle/media/flags/',
    mediaTagVersion: 1_730_000_000,
    nocache: true,
    thumb: `/:/resources/${section.type}.png`,
    title1: section.title,
    title2,
    viewGroup,
  }
}

/** One page of entries with the counts that paging asks for. */
export function page(call: Call, entries: readonly Entry[], attrs: PlexNode['attrs'], view = viewOf(call)): Reply {
  if (call.paging === null) return { kind: 'items', attrs: { size: entries.length, ...attrs }, entries, view }
  const { start, size } = call.paging
  const shown = entries.slice(start, start + size)
  return {
    kind: 'items',
    attrs: { size: shown.length, totalSize: entries.length, offset: start, ...attrs },
    entries: shown,
    view,
  }
}

export function viewOf(call: Call): { full: boolean; guids: boolean } {
  return { full: false, guids: isOn(call, 'includeGuids') }
}

export function section(server: Server, key: string | undefined): Section | null {
  return server.store.sections.get(Number(key)) ?? null
}

export const sectionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/library\/sections\/?(?:all)?$/,
    handle: (_call, { store }) => {
      const children = [...store.sections.values()].map(sectionNode)
      return { kind: 'container', attrs: { size: children.length, allowSync: false, title1: 'Plex Library' }, children }
    },
  },
  {
    method: 'GET',
    path: /^\/library\/sections\/(\d+)$/,
    handle: (_call, server, [key]) => inSection(server, key, (found) => filtersOf(found)),
  },
  {
    method: 'GET',
    path: /^\/library\/sections\/(\d+)\/prefs$/,
    handle: (_call, server, [key]) =>
      inSection(server, key, (found) => ({ kind: 'container', attrs: { size: 3 }, children: sectionPrefs(found) })),
  },
  {
    method: 'GET',
    path: /^\/library\/sections\/(\d+)\/(all|collections|search)$/,
    handle: (call, server, [key, what]) =>
      inSection(server, key, (found) => listing(call, server, found, what ?? 'all')),
  },
  {
    method: 'GET',
    path: /^\/library\/sections\/(\d+)\/albums$/,
    handle: (call, server, [key]) =>
      inSection(server, key, (found) =>
        page(call, found.byType.get('album') ?? [], sectionAttrs(found, 'Albums', 'album')),
      ),
  },
  {
    method: 'GET',
    path: /^\/library\/sections\/(\d+)\/(recentlyAdded|newest|onDeck|unwatched)$/,
    handle: (call, server, [key, what]) => inSection(server, key, (found) => shelf(call, server, found, what ?? '')),
  },
  {
    method: 'GET',
    path: /^\/library\/sections\/(\d+)\/(filters|sorts)$/,
    handle: (call, server, [key, what]) =>
      inSection(server, key, (found) => {
        const type = entryTypeOf(Number(value(call, 'type'))) ?? found.type
        const wanted = what === 'filters' ? 'Filter' : 'Sort'
        const listed = metaNode(found, [type]).children?.[0]?.children?.filter((child) => child.name === wanted) ?? []
        const children = listed.map((child) => node('Directory', child.attrs))
        return {
          kind: 'container',
          attrs: { size: children.length, ...sectionAttrs(found, '', 'secondary') },
          children,
        }
      }),
  },
  {
    method: 'GET',
    path: /^\/library\/sections\/(\d+)\/firstCharacter$/,
    handle: (call, server, [key]) => inSection(server, key, (found) => firstCharacters(call, server, found)),
  },
  {
    method: 'GET',
    path: /^\/library\/sections\/(\d+)\/timeline$/,
    handle: (_call, server, [key]) =>
      inSection(server, key, (found) => ({
        kind: 'container',
        attrs: {
          size: (found.byType.get(found.type) ?? []).length,
          allowSync: true,
          latestEntryTime: found.updatedAt,
          viewGroup: found.type,
          updateQueueSize: 0,
        },
        children: [],
      })),
  },
  {
    method: 'GET',
    path: /^\/library\/sections\/(\d+)\/folder$/,
    handle: (_call, server, [key]) =>
      inSection(server, key, (found) => ({
        kind: 'container',
        attrs: { size: 1, ...sectionAttrs(found, 'By Folder', 'secondary') },
        children: [node('Directory', { key: `/library/sections/${found.key}/folder?parent=1`, title: found.title })],
      })),
  },
  {
    method: 'GET',
    path: /^\/library\/sections\/(\d+)\/([A-Za-z]+)$/,
    handle: (call, server, [key, field]) => inSection(server, key, (found) => choices(call, found, field ?? '')),
  },
]

function inSection(server: Server, key: string | undefined, answer: (found: Section) => Reply): Reply {
  const found = section(server, key)
  return found === null ? notFound : answer(found)
}

function sectionNode(found: Section): PlexNode {
  const { library } = found
  const agents = { movie: 'tv.plex.agents.movie', show: 'tv.plex.agents.series', artist: 'tv.plex.agents.music' }
  const scanners = { movie: 'Plex Movie', show: 'Plex TV Series', artist: 'Plex Music' }
  const attrs = {
    allowSync: true,
    art: `/:/resources/${found.type}-fanart.jpg`,
    composite: `/library/sections/${found.key}/composite/${found.updatedAt}`,
    filters: true,
    refreshing: false,
    thumb: `/:/resources/${found.type}.png`,
    key: String(found.key),
    type: found.type,
    title: found.title,
    agent: agents[found.type],
    scanner: scanners[found.type],
    language: library.language ?? 'en-US',
    uuid: found.uuid,
    updatedAt: found.updatedAt,
    createdAt: 1_577_836_800,
    scannedAt: found.updatedAt,
    content: true,
    directory: true,
    contentChangedAt: found.contentChangedAt,
    hidden: 0,
  }
  return node('Directory', attrs, [
    node('Location', { id: found.key, path: library.location ?? `/media/${library.title}` }),
  ])
}

function filtersOf(found: Section): Reply {
  const children = (metaNode(found, [found.type]).children?.[0]?.children ?? [])
    .filter((child) => child.name === 'Filter')
    .map((child) => node('Directory', { key: String(child.attrs.filter), title: child.attrs.title, secondary: true }))
  const everything = node('Directory', { key: 'all', title: `All ${found.title}` })
  return {
    kind: 'container',
    attrs: { size: children.length + 1, ...sectionAttrs(found, '', 'secondary') },
    children: [everything, ...children],
  }
}

function sectionPrefs(found: Section): PlexNode[] {
  const setting = (id: string, type: string, standard: string, enumValues?: string) =>
    node('Setting', {
      id,
      label: id,
      summary: '',
      type,
      default: standard,
      value: standard,
      hidden: false,
      advanced: false,
      group: '',
      enumValues,
    })
  const ratings =
    found.type === 'movie'
      ? 'rottentomatoes:Rotten Tomatoes|imdb:IMDb|themoviedb:The Movie Database'
      : 'imdb:IMDb|themoviedb:The Movie Database'
  return [
    setting('enableBIFGeneration', 'bool', 'true'),
    setting('ratingsSource', 'text', ratings.split(':')[0] ?? '', ratings),
    setting('collectionMode', 'int', '2', '0:Disabled|1:Hide items|2:Show'),
  ]
}

function listing(call: Call, server: Server, found: Section, what: string): Reply {
  const ofCollections = what === 'collections'
  const asked =
    what === 'search'
      ? call.pairs.map((pair) => (pair.name === 'query' ? { ...pair, name: 'title' } : pair))
      : call.pairs
  const pairs = ofCollections ? [...asked, { name: 'type', value: String(typeNumbers.collection) }] : asked
  const query = parseMediaQuery(pairs, (name) => fields.has(name))
  const entries = server.lister.list(found, query)
  const type = entryTypeOf(Number(query.controls.get('type'))) ?? found.type
  const reply = page(call, entries, sectionAttrs(found, ofCollections ? 'Collections' : `All ${found.title}`, type))
  if (!isOn(call, 'includeMeta') || reply.kind !== 'items') return reply
  const children = [metaNode(found, ofCollections ? ['collection'] : metaTypes[found.type], type)]
  // Kometa and python-plexapi ask for the Meta with an empty page; with items Plex sends both.
  return { kind: 'items', attrs: reply.attrs, entries: reply.entries, view: reply.view, before: children }
}

const metaTypes: Record<Section['type'], readonly EntryType[]> = {
  movie: ['movie'],
  show: ['show', 'season', 'episode'],
  artist: ['artist', 'album', 'track'],
}

function shelf(call: Call, server: Server, found: Section, what: string): Reply {
  const add = (name: string, text: string) => ({ name, value: text })
  const leaf = found.type === 'show' ? 'episode' : found.type
  const pairs =
    what === 'unwatched'
      ? [add('unwatched', '1')]
      : [
          add('sort', what === 'newest' ? 'originallyAvailableAt:desc' : 'addedAt:desc'),
          add('type', String(typeNumbers[leaf])),
        ]
  const entries =
    what === 'onDeck'
      ? []
      : server.lister.list(
          found,
          parseMediaQuery(pairs, (name) => fields.has(name)),
        )
  return page(call, entries, sectionAttrs(found, what, leaf))
}

function firstCharacters(call: Call, server: Server, found: Section): Reply {
  const counts = new Map<string, number>()
  for (const entry of server.lister.list(
    found,
    parseMediaQuery(call.pairs, (name) => fields.has(name)),
  )) {
    const first = entry.values.title.charAt(0).toUpperCase()
    const key = /[A-Z]/.test(first) ? first : '#'
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const children = [...counts].map(([title, size]) =>
    node('Directory', { size, key: encodeURIComponent(title), title }),
  )
  return { kind: 'container', attrs: { size: children.length, ...sectionAttrs(found, '', 'secondary') }, children }
}

const keptChoices = new WeakMap<Section, Map<string, { version: number; choices: readonly Choice[] }>>()

/** The choices of a filter: every value that some item of the type has, or something in it. */
function choices(call: Call, found: Section, name: string): Reply {
  const field = fields.get(name === 'edition' ? 'editionTitle' : name)
  if (field?.choices === undefined && field?.kind !== 'boolean') return notFound
  const type = entryTypeOf(Number(value(call, 'type'))) ?? found.type
  const prefix = found.type === 'movie' ? '' : `${type}.`
  const path = `/library/sections/${found.key}/all?${found.type === 'movie' ? '' : `type=${typeNumbers[type]}&`}`
  const children = choicesIn(found, type, name, field).map(({ key, title }) =>
    node('Directory', { fastKey: `${path}${prefix}${name}=${key}`, key, title, type: name }),
  )
  return {
    kind: 'container',
    attrs: { size: children.length, ...sectionAttrs(found, `By ${name}`, 'secondary') },
    children,
  }
}

function choicesIn(found: Section, type: EntryType, name: string, field: Field): readonly Choice[] {
  const kept = keptChoices.get(found) ?? new Map<string, { version: number; choices: readonly Choice[] }>()
  keptChoices.set(found, kept)
  const known = kept.get(`${type} ${name}`)
  if (known?.version === versionOf(found)) return known.choices
  const byKey = new Map<string, Choice>()
  const add = (choice: Choice) => byKey.set(choice.key, byKey.get(choice.key) ?? choice)
  if (field.choices === undefined) add({ key: '1', title: 'True' })
  const own = field.on.includes(type)
  for (const entry of found.byType.get(type) ?? []) {
    for (const holder of own ? [entry] : leavesOf(entry))
      for (const choice of field.choices?.(holder) ?? []) add(choice)
  }
  const sorted = [...byKey.values()].sort((a, b) => (a.title < b.title ? -1 : 1))
  kept.set(`${type} ${name}`, { version: versionOf(found), choices: sorted })
  return sorted
}
