import { AppError } from '../../contract/errors.ts'
import { findPart } from '../items/find-part.ts'
import { displayTitle, type PlexItem } from '../items/item.ts'
import { narrowLibraries, type TargetLibrary, type TargetServer, typesOfSection } from './library-lookup.ts'
import { candidateLines, createExplanation, type Explanation } from './target-explain.ts'
import { parseTargetSpec, type TargetReading, type TargetSpec } from './target-spec.ts'
import type { MatchLevel } from './title-match.ts'
import { createTitleSearch, type Located, type SearchPlace, type TitleSearch } from './title-search.ts'

/** Where to look for targets. */
export interface ResolveContext {
  servers: readonly TargetServer[]
  /** Libraries of the config that have overlays; items in other libraries are not found. */
  libraries: readonly TargetLibrary[]
  /** `--library NAME`: look only in this library. */
  library?: string
}

/** One SPEC and the item that it names. */
export interface ResolvedTarget {
  /** The SPEC as the user typed it; a URL loses the parts that may contain a token. */
  spec: string
  item: PlexItem
  /** `TargetServer.key`. */
  server: string
  /** The first library in the config for the item's section. */
  library: TargetLibrary
  /** All libraries in the config for that section, in the config's order. */
  libraries: TargetLibrary[]
  /** What the user should know, for example that a number was read as a title. */
  notes: string[]
}

/**
 * Finds the item that each SPEC names. If two SPECs name the same item, it is returned once. TARGET_AMBIGUOUS lists the
 * candidates as details, TARGET_UNKNOWN names similar titles, LIBRARY_UNKNOWN is for `library`.
 */
export async function resolveTargets(specs: readonly string[], context: ResolveContext): Promise<ResolvedTarget[]> {
  if (specs.length === 0) throw new AppError('TARGETS_NONE', 'no target was given', { hint: 'Use --target SPEC.' })
  const parsed = specs.map(parseTargetSpec)
  const finder = createFinder(context)
  const keys = parsed.flatMap(({ readings }) => readings.flatMap((one) => ('ratingKey' in one ? one.ratingKey : [])))
  const byKey = await readByKeys(context.servers, keys)

  const chosen: { spec: TargetSpec; located: Located; notes: string[] }[] = []
  for (const spec of parsed) chosen.push({ spec, ...(await finder.resolve(spec, byKey)) })
  const whole = await readWhole(context.servers, chosen, byKey)

  const results = new Map<string, ResolvedTarget>()
  for (const { spec, located, notes } of chosen) {
    const id = idOf(located)
    const earlier = results.get(id)
    const item = whole.get(id)
    const libraries = finder.librariesOf(located)
    const [library] = libraries
    if (!item || !library) throw new AppError('TARGET_UNKNOWN', `"${spec.text}" left Plex while it was looked up`)
    if (earlier) earlier.notes.push(`"${spec.text}" names the same item as "${earlier.spec}"`, ...notes)
    else results.set(id, { spec: spec.text, item, server: located.server, library, libraries, notes: [...notes] })
  }
  return [...results.values()]
}

const idOf = (located: Located): string => JSON.stringify([located.server, located.item.ratingKey])

/** All items with one of these ratingKeys, from every server. */
export async function readByKeys(servers: readonly TargetServer[], ratingKeys: readonly string[]): Promise<Located[]> {
  const distinct = [...new Set(ratingKeys)]
  const lists = await Promise.all(
    servers.map(async ({ key, reader }) => (await reader.items(distinct)).map((item) => ({ item, server: key }))),
  )
  return lists.flat()
}

/** Listings omit labels and more, so the chosen items are read again, except those already read by ratingKey. */
async function readWhole(
  servers: readonly TargetServer[],
  chosen: readonly { located: Located }[],
  byKey: readonly Located[],
): Promise<Map<string, PlexItem>> {
  const whole = new Map(byKey.map((located) => [idOf(located), located.item]))
  for (const { key, reader } of servers) {
    const mine = chosen.filter(({ located }) => located.server === key && !whole.has(idOf(located)))
    for (const item of await reader.items(mine.map(({ located }) => located.item.ratingKey))) {
      whole.set(idOf({ item, server: key }), item)
    }
  }
  return whole
}

interface Finder {
  resolve(spec: TargetSpec, byKey: readonly Located[]): Promise<{ located: Located; notes: string[] }>
  librariesOf(located: Located): TargetLibrary[]
}

function createFinder(context: ResolveContext): Finder {
  const libraries = narrowLibraries(context.libraries, context.library)
  const search = createTitleSearch()
  const librariesOf = ({ item, server }: Located): TargetLibrary[] =>
    libraries.filter((library) => library.server === server && library.sectionId === item.sectionId)

  async function find(reading: TargetReading, byKey: readonly Located[], explain: Explanation): Promise<Found> {
    switch (reading.kind) {
      case 'rating-key': {
        const servers = serversFor(context.servers, reading.machineIdentifier)
        const all = byKey.filter(
          ({ item, server }) => item.ratingKey === reading.ratingKey && servers.some(({ key }) => key === server),
        )
        const inside = distinctItems(
          all.filter((one) => librariesOf(one).length > 0),
          context.servers,
        )
        if (inside.length === 0) explain.outside(all)
        return { matches: inside, level: 'same' }
      }
      case 'guid': {
        const places = placesOf(libraries, context.servers).filter(({ types }) => holds(types, reading.type))
        const lists = await Promise.all(
          places.map(async ({ server, reader, sectionId }) =>
            (await reader.byGuid(sectionId, reading.type, reading.guid)).map((item) => ({ item, server })),
          ),
        )
        return { matches: distinctItems(lists.flat(), context.servers), level: 'same' }
      }
      case 'title':
        return findTitle(search, placesOf(libraries, context.servers), reading.title, reading.year, explain)
      case 'season':
      case 'episode': {
        const places = placesOf(libraries, context.servers).filter(({ types }) => holds(types, 'show'))
        const shows = await findTitle(search, places, reading.show, reading.year, explain)
        const parts = await Promise.all(
          shows.matches.map((show) => findPartOf(show, reading, context.servers, explain)),
        )
        return { matches: parts.flat(), level: shows.level }
      }
    }
  }

  return {
    librariesOf,
    async resolve(spec, byKey) {
      const explain = createExplanation(
        spec,
        context.servers,
        libraries.map(({ libraryName }) => libraryName),
      )
      let contained: Found | undefined
      for (const reading of spec.readings) {
        const found = await find(reading, byKey, explain)
        if (found.matches.length === 0) continue
        if (found.level === 'contains') contained ??= found
        else return one(found, spec, keyNotes(spec, reading))
      }
      if (!contained) throw explain.unknown()
      return one(contained, spec, containedNotes(contained, spec))
    },
  }

  function one(found: Found, spec: TargetSpec, notes: string[]): { located: Located; notes: string[] } {
    const [located, ...others] = found.matches
    if (located && others.length === 0) return { located, notes }
    throw new AppError('TARGET_AMBIGUOUS', `"${spec.text}" names ${found.matches.length} items`, {
      hint: 'Give the ratingKey of the one that you mean, or narrow with --library.',
      details: candidateLines(found.matches, (match) => librariesOf(match)[0]?.mappingName),
    })
  }
}

interface Found {
  matches: Located[]
  level: MatchLevel | null
}

async function findTitle(
  search: TitleSearch,
  places: readonly SearchPlace[],
  title: string,
  year: number | null,
  explain: Explanation,
): Promise<Found> {
  const { matches, level, near } = await search.find(places, title, year)
  explain.near(near)
  return { matches, level }
}

async function findPartOf(
  show: Located,
  reading: Extract<TargetReading, { kind: 'season' | 'episode' }>,
  servers: readonly TargetServer[],
  explain: Explanation,
): Promise<Located[]> {
  const reader = servers.find(({ key }) => key === show.server)?.reader
  if (!reader) return []
  const { items, siblings } = await findPart(reader, show.item, reading)
  if (items.length === 0) explain.lacks(show, siblings)
  return items.map((item) => ({ item, server: show.server }))
}

/** Whether a section with these title types can contain an item of this type. */
function holds(types: readonly string[], type: string): boolean {
  if (type === 'season' || type === 'episode') return types.includes('show')
  return types.includes(type === 'track' ? 'album' : type)
}

/** Each section once, even if several libraries of the config use it. */
function placesOf(libraries: readonly TargetLibrary[], servers: readonly TargetServer[]): SearchPlace[] {
  const places = new Map<string, SearchPlace>()
  for (const { server, sectionId, sectionType } of libraries) {
    const reader = servers.find(({ key }) => key === server)?.reader
    const types = typesOfSection(sectionType)
    if (reader) places.set(JSON.stringify([server, sectionId]), { server, reader, sectionId, types })
  }
  return [...places.values()]
}

/** The config may name one Plex server with two tokens; each of its items counts once. */
function distinctItems(located: readonly Located[], servers: readonly TargetServer[]): Located[] {
  const distinct = new Map<string, Located>()
  for (const one of located) {
    const machine = servers.find(({ key }) => key === one.server)?.machineIdentifier ?? one.server
    const id = JSON.stringify([machine, one.item.ratingKey])
    if (!distinct.has(id)) distinct.set(id, one)
  }
  return [...distinct.values()]
}

function serversFor(servers: readonly TargetServer[], machineIdentifier: string | null): readonly TargetServer[] {
  if (machineIdentifier === null) return servers
  const mine = servers.filter((server) => server.machineIdentifier.toLowerCase() === machineIdentifier.toLowerCase())
  if (mine.length > 0) return mine
  throw new AppError('TARGET_UNKNOWN', `this Plex Web address is of another server (${machineIdentifier})`, {
    hint: `The config names ${servers.map(({ name, machineIdentifier: id }) => `"${name}" (${id})`).join(', ')}.`,
  })
}

/**
 * A ratingKey that is found needs no note, because the picture shows its title. A number read as a title may be a
 * mistake.
 */
function keyNotes(spec: TargetSpec, reading: TargetReading): string[] {
  const isKey = reading.kind === 'rating-key' || spec.readings[0]?.kind !== 'rating-key'
  return isKey ? [] : [`no item has the ratingKey ${spec.text}: it is taken as a title`]
}

const containedNotes = (found: Found, spec: TargetSpec): string[] =>
  found.matches[0] ? [`no title is exactly "${spec.text}": "${displayTitle(found.matches[0].item)}" is taken`] : []
