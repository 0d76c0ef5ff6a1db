import { descendants, type Element } from './xml.ts'

export type Level = 'movie' | 'show' | 'season' | 'episode'

/** Plex's numbers for `type=`. */
export const levelNumbers: Record<Level, number> = { movie: 1, show: 2, season: 3, episode: 4 }

/** The fields of an item that the renderer needs. */
export interface Item {
  ratingKey: string
  level: Level
  /** The title in Kometa's log (plex.py:2124-2132). */
  displayTitle: string
  /** The title in Kometa's list of the items of a definition (util.py:389-408). */
  listTitle: string
  /** Kometa draws in this order (overlays.py:87). */
  sortKey: string
  /** The show of a season or episode. */
  showKey: string | null
  /** The item's picture, or its ancestor's (plexapi `firstAttr('thumb', 'parentThumb', 'grandparentThumb')`). */
  thumb: string | null
  labels: readonly string[]
  edition: string | null
  durationMs: number | null
  episode: { season: number; number: number } | null
  ratings: { critic: number | null; audience: number | null; user: number | null }
  media: readonly Media[]
}

/** One file of an item. */
export interface Media {
  file: string
  dolbyVision: boolean
}

/** Reads an element of a listing or of `/library/metadata/N`. Null if it is no movie, show, season or episode. */
export function readItem(element: Element): Item | null {
  const at = element.attributes
  const level = levelOf(at.type)
  if (level === null || at.ratingKey === undefined) return null
  const index = Number(at.index ?? 0)
  const parentIndex = Number(at.parentIndex ?? 0)
  return {
    ratingKey: at.ratingKey,
    level,
    displayTitle: displayTitle(level, at, index, parentIndex),
    listTitle: listTitle(level, at, index, parentIndex),
    sortKey:
      level === 'movie' || level === 'show'
        ? (at.titleSort ?? at.title ?? '')
        : displayTitle(level, at, index, parentIndex),
    showKey: (level === 'season' ? at.parentRatingKey : level === 'episode' ? at.grandparentRatingKey : null) ?? null,
    thumb: at.thumb ?? at.parentThumb ?? at.grandparentThumb ?? null,
    labels: element.children.filter(({ name }) => name === 'Label').map(({ attributes }) => attributes.tag ?? ''),
    edition: at.editionTitle ?? null,
    durationMs: numberOrNull(at.duration),
    episode: level === 'episode' ? { season: parentIndex, number: index } : null,
    ratings: {
      critic: numberOrNull(at.rating),
      audience: numberOrNull(at.audienceRating),
      user: numberOrNull(at.userRating),
    },
    media: descendants(element, 'Part').map((part) => ({
      file: part.attributes.file ?? '',
      dolbyVision: part.children.some(({ attributes }) => attributes.DOVIPresent === '1'),
    })),
  }
}

function displayTitle(level: Level, at: Element['attributes'], index: number, parentIndex: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  if (level === 'season') return `${at.parentTitle ?? ''} Season ${index}`
  if (level === 'episode') return `${at.grandparentTitle ?? ''} S${two(parentIndex)}E${two(index)}`
  return at.title ?? ''
}

function listTitle(level: Level, at: Element['attributes'], index: number, parentIndex: number): string {
  const title = at.title ?? ''
  const shown = displayTitle(level, at, index, parentIndex)
  if (level === 'movie') return at.year === undefined ? title : `${title} (${at.year})`
  if (level === 'season') return title === `Season ${index}` ? `${at.parentTitle ?? ''} ${title}` : `${shown}: ${title}`
  if (level === 'episode')
    return `${shown}: ${at.parentTitle === `Season ${parentIndex}` ? `${at.parentTitle}: ` : ''}${title}`
  return title
}

function levelOf(type: string | undefined): Level | null {
  return type === 'movie' || type === 'show' || type === 'season' || type === 'episode' ? type : null
}

function numberOrNull(text: string | undefined): number | null {
  return text === undefined || Number.isNaN(Number(text)) ? null : Number(text)
}
