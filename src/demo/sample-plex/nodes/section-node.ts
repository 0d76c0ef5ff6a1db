import { metaNode } from '../meta/meta.ts'
import type { Section } from '../model/entry.ts'
import { node, type PlexNode } from './node.ts'
import type { Reply } from './reply.ts'

export function sectionNode(found: Section): PlexNode {
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

export function filtersOf(found: Section): Reply {
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

export function sectionPrefs(found: Section): PlexNode[] {
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

/** The container's attributes in each answer about a section. */
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
