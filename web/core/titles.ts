import type { StudioItem } from '../../src/contract/api/api.ts'
import { count } from './format.ts'

type Named = Pick<
  StudioItem,
  'type' | 'title' | 'year' | 'parentTitle' | 'grandparentTitle' | 'index' | 'parentIndex' | 'edition'
>

/** The first line: a season has its show's title, an episode its own. */
export function itemTitle({ type, title, parentTitle }: Pick<StudioItem, 'type' | 'title' | 'parentTitle'>): string {
  return type === 'season' && parentTitle ? parentTitle : title
}

/** The second line: year and edition, `Season 2`, or `Show · S01 E03`. */
export function itemSubtitle(item: Named): string {
  const { type, title, year, edition, grandparentTitle, parentTitle, index, parentIndex } = item
  if (type === 'season') return parentTitle ? title : `Season ${index ?? ''}`
  if (type === 'episode') {
    const place = index === null ? '' : `S${two(parentIndex)} E${two(index)}`
    return [grandparentTitle, place].filter(Boolean).join(' · ')
  }
  return [year ?? '', edition ?? '', type === 'album' || type === 'track' ? (parentTitle ?? '') : '']
    .filter(Boolean)
    .join(' · ')
}

const two = (n: number | null) => String(n ?? 0).padStart(2, '0')

/** Both lines in one, for labels and alternative texts. */
export function fullTitle(item: Named): string {
  const { type, title, year, edition, parentTitle } = item
  if (type === 'season') return parentTitle ? `${parentTitle}, ${title}` : title
  if (type === 'episode') return [title, itemSubtitle(item)].filter(Boolean).join(', ')
  return `${title}${year ? ` (${year})` : ''}${edition ? `, ${edition}` : ''}`
}

/** `4K`, `1080p`, `SD`: as Plex's own badges say it. */
export function resolutionWords(resolution: string): string {
  const lower = resolution.toLowerCase()
  if (lower === '4k') return '4K'
  if (lower === 'sd') return 'SD'
  return /^\d+$/.test(lower) ? `${lower}p` : resolution
}

export const hdrWords = (hdr: 'dv' | 'hdr'): string => (hdr === 'dv' ? 'Dolby Vision' : 'HDR')

export function childrenWords({ type, childCount }: Pick<StudioItem, 'type' | 'childCount'>): string {
  const one = type === 'show' ? 'season' : type === 'season' ? 'episode' : type === 'artist' ? 'album' : 'item'
  return count(childCount, one)
}
