import { addedAtOf, type Entry, guidOf, titleSortOf, updatedAtOf } from '../model/entry.ts'
import { ancestorImage, imageNodes, imagePath } from '../model/images.ts'
import { preferencesNode } from '../model/preferences.ts'
import { contentRatingOf, leavesOf, yearOf } from '../query/fields.ts'
import { type TagKind, tagId } from '../query/tags.ts'
import { mediaNodes } from './media-node.ts'
import { type AttrValue, node, type PlexNode } from './node.ts'

export interface ItemView {
  /** The request named the item itself, so that the answer has streams, labels, locks and ids of tags. */
  full: boolean
  guids: boolean
  preferences?: boolean
}

const elementNames: Partial<Record<Entry['type'], string>> = {
  movie: 'Video',
  episode: 'Video',
  track: 'Track',
  playlist: 'Playlist',
}

/** The element that Plex writes for an item, collection or playlist. */
export function itemNode(entry: Entry, view: ItemView): PlexNode {
  const { values } = entry
  const attrs: Record<string, AttrValue> = {
    ratingKey: entry.ratingKey,
    key: keyOf(entry),
    ...ancestorAttrs(entry),
    guid: guidOf(entry),
    studio: entry.type === 'show' ? (values.studio ?? values.network) : values.studio,
    type: entry.type,
    title: values.title,
    ...sectionAttrs(entry, view),
    titleSort: titleSortOf(entry) === values.title ? undefined : titleSortOf(entry),
    editionTitle: values.editionTitle,
    originalTitle: values.originalTitle,
    contentRating: contentRatingOf(entry),
    summary: values.summary ?? '',
    index: values.index ?? (entry.type === 'show' || entry.type === 'artist' ? 1 : undefined),
    rating: values.rating,
    audienceRating: values.audienceRating,
    userRating: values.userRating,
    flattenSeasons: values.hidesSeasons === true ? 0 : undefined,
    viewCount: values.viewCount,
    lastViewedAt: values.lastViewedAt,
    year: entry.type === 'season' || entry.type === 'track' ? values.year : yearOf(entry),
    tagline: values.tagline,
    thumb: imagePath(entry, 'poster') ?? (values.inheritsPoster === true ? ancestorImage(entry, 'poster') : undefined),
    art: imagePath(entry, 'art') ?? ancestorImage(entry, 'art'),
    theme: imagePath(entry, 'theme'),
    duration: values.durationMs,
    originallyAvailableAt: values.originallyAvailableAt,
    addedAt: addedAtOf(entry),
    updatedAt: updatedAtOf(entry),
    audienceRatingImage: values.audienceRatingImage,
    ratingImage: values.ratingImage,
    ...countAttrs(entry),
    ...listAttrs(entry),
  }
  return node(elementNames[entry.type] ?? 'Directory', attrs, childNodes(entry, view))
}

function keyOf(entry: Entry): string {
  if (entry.type === 'playlist') return `/playlists/${entry.ratingKey}/items`
  if (entry.type === 'collection') return `/library/collections/${entry.ratingKey}/children`
  const isLeaf = entry.type === 'movie' || entry.type === 'episode' || entry.type === 'track'
  return `/library/metadata/${entry.ratingKey}${isLeaf ? '' : '/children'}`
}

function ancestorAttrs(entry: Entry): Record<string, AttrValue> {
  const { parent } = entry
  if (parent === null) return {}
  const grandparent = parent.parent
  const attrs: Record<string, AttrValue> = {
    parentRatingKey: parent.ratingKey,
    parentGuid: guidOf(parent),
    parentKey: `/library/metadata/${parent.ratingKey}`,
    parentTitle: parent.values.title,
    parentIndex: parent.values.index ?? 1,
    parentThumb: imagePath(parent, 'poster'),
    parentYear: grandparent === null ? yearOf(parent) : undefined,
    parentStudio: grandparent === null ? parent.values.studio : undefined,
    parentTheme: grandparent === null ? imagePath(parent, 'theme') : undefined,
  }
  if (grandparent === null) return attrs
  // If seasons are hidden, an episode lacks its season's key, ratingKey and thumb (plexapi video.py:1049).
  const hidden = { skipParent: true, parentRatingKey: undefined, parentKey: undefined, parentThumb: undefined }
  return {
    ...attrs,
    ...(grandparent.values.hidesSeasons === true ? hidden : {}),
    grandparentRatingKey: grandparent.ratingKey,
    grandparentGuid: guidOf(grandparent),
    grandparentKey: `/library/metadata/${grandparent.ratingKey}`,
    grandparentTitle: grandparent.values.title,
    grandparentThumb: imagePath(grandparent, 'poster'),
    grandparentArt: imagePath(grandparent, 'art'),
    grandparentTheme: imagePath(grandparent, 'theme'),
  }
}

/** A list has these attributes once, on its container. A single item has them itself. */
function sectionAttrs(entry: Entry, view: ItemView): Record<string, AttrValue> {
  const { section } = entry
  if (section === null || !(view.full || entry.type === 'collection')) return {}
  const attrs = { librarySectionTitle: section.title, librarySectionID: section.key }
  return { ...attrs, librarySectionKey: `/library/sections/${section.key}` }
}

function countAttrs(entry: Entry): Record<string, AttrValue> {
  if (entry.children.length === 0) return {}
  const leaves = leavesOf(entry)
  const viewedLeafCount = leaves.filter((leaf) => (leaf.values.viewCount ?? 0) > 0).length
  const childCount = entry.type === 'show' || entry.type === 'artist' ? entry.children.length : undefined
  return { leafCount: leaves.length, viewedLeafCount, childCount }
}

function listAttrs(entry: Entry): Record<string, AttrValue> {
  if (entry.members === null) return {}
  if (entry.type === 'playlist') {
    const items = `/playlists/${entry.ratingKey}`
    const content = entry.smartFilter ?? undefined
    return {
      allowSync: true,
      playlistType: 'video',
      smart: entry.smartFilter !== null,
      content,
      leafCount: entry.members.length,
      composite: `${items}/composite/${updatedAtOf(entry)}`,
    }
  }
  const smart = entry.smartFilter === null ? undefined : true
  const mode = entry.prefs?.get('collectionMode')
  const sort = entry.prefs?.get('collectionSort')
  return {
    subtype: entry.section?.type,
    smart,
    content: entry.smartFilter ?? undefined,
    childCount: entry.members.length,
    collectionMode: mode,
    collectionSort: sort,
    collectionPublished: undefined,
  }
}

function childNodes(entry: Entry, view: ItemView): PlexNode[] {
  const { values } = entry
  const children = [...imageNodes(entry), ...mediaNodes(entry, view.full)]
  const tag = (element: string, kind: TagKind, names: readonly string[] | undefined) => {
    for (const name of names ?? []) children.push(tagNode(element, kind, name, view))
  }
  tag('Genre', 'genre', values.genres)
  tag('Country', 'country', values.countries)
  if (view.guids || view.full) for (const id of values.guids ?? []) children.push(node('Guid', { id }))
  if (view.full) children.push(...ratingNodes(entry))
  for (const held of entry.collections ?? []) children.push(collectionNode(held, view))
  tag('Director', 'director', values.directors)
  tag('Writer', 'writer', values.writers)
  if (view.full) tag('Producer', 'producer', values.producers)
  for (const { name, role } of values.actors ?? []) {
    const named = tagNode('Role', 'actor', name, view)
    children.push(node('Role', view.full ? { ...named.attrs, role } : named.attrs))
  }
  tag('Mood', 'mood', values.moods)
  tag('Style', 'style', values.styles)
  if (!view.full) return children
  if (entry.type === 'show' && values.network !== undefined) tag('Network', 'network', [values.network])
  tag('Label', 'label', values.labels)
  for (const name of entry.locks ?? []) children.push(node('Field', { locked: true, name }))
  if (entry.type === 'show')
    children.push(node('Location', { path: `${entry.section?.library.location ?? '/media'}/${values.title}` }))
  if (view.preferences === true) children.push(preferencesNode(entry))
  return children
}

function tagNode(element: string, kind: TagKind, name: string, view: ItemView): PlexNode {
  if (!view.full) return node(element, { tag: name })
  const id = tagId(kind, name)
  return node(element, { id, filter: `${kind}=${id}`, tag: name })
}

function collectionNode(held: Entry, view: ItemView): PlexNode {
  const tag = held.values.title
  return node(
    'Collection',
    view.full
      ? { id: tagId('collection', tag), filter: `collection=${tagId('collection', tag)}`, tag, guid: guidOf(held) }
      : { tag },
  )
}

function ratingNodes(entry: Entry): PlexNode[] {
  const { rating, ratingImage, audienceRating, audienceRatingImage } = entry.values
  const nodes: PlexNode[] = []
  if (rating !== undefined && ratingImage !== undefined)
    nodes.push(node('Rating', { image: ratingImage, value: rating, type: 'critic' }))
  if (audienceRating !== undefined && audienceRatingImage !== undefined) {
    nodes.push(node('Rating', { image: audienceRatingImage, value: audienceRating, type: 'audience' }))
  }
  return nodes
}
