import { type Call, isOn, type Route, type Server, value } from '../call.ts'
import { metaNode } from '../meta/meta.ts'
import { type EntryType, entryTypeOf, type Section, typeNumbers } from '../model/entry.ts'
import { node } from '../nodes/node.ts'
import { notFound, type Reply } from '../nodes/reply.ts'
import { filtersOf, sectionAttrs, sectionNode, sectionPrefs } from '../nodes/section-node.ts'
import { choices } from '../query/choices.ts'
import { fields } from '../query/fields.ts'
import { page, section } from '../query/paging.ts'
import { parseMediaQuery } from '../query/query.ts'

export const sectionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/library\/all$/,
    handle: (call, server) => {
      const query = parseMediaQuery(call.pairs, (name) => fields.has(name))
      const found = [...server.store.sections.values()].flatMap((of) => server.lister.list(of, query))
      return page(call, found, { allowSync: false, identifier: 'com.plexapp.plugins.library' })
    },
  },
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
    path: /^\/library\/sections\/(\d+)\/common$/,
    handle: (call, server, [key]) => inSection(server, key, (found) => common(call, server, found)),
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
  // Kometa and python-plexapi ask for the Meta with an empty page. If the page has items, Plex sends both.
  return { kind: 'items', attrs: reply.attrs, entries: reply.entries, view: reply.view, before: children }
}

const metaTypes: Record<Section['type'], readonly EntryType[]> = {
  movie: ['movie'],
  show: ['show', 'season', 'episode'],
  artist: ['artist', 'album', 'track'],
}

/** The fields that several items share. Fields that differ are named as mixed. */
function common(call: Call, server: Server, found: Section): Reply {
  const entries = (value(call, 'id') ?? '').split(',').flatMap((key) => server.store.entries.get(key) ?? [])
  const fieldNames = ['title', 'studio', 'contentRating', 'year', 'summary'] as const
  const [first] = entries
  if (first === undefined) return notFound
  const isShared = (name: (typeof fieldNames)[number]) =>
    entries.every((entry) => entry.values[name] === first.values[name])
  const attrs = Object.fromEntries(fieldNames.filter(isShared).map((name) => [name, first.values[name]]))
  const mixedFields = fieldNames.filter((name) => !isShared(name)).join(',')
  const children = [node('Common', { type: first.type, mixedFields, ...attrs })]
  return { kind: 'container', attrs: { size: 1, ...sectionAttrs(found, '', first.type) }, children }
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
