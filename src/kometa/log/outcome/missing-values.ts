import type { ItemResult, MatchedOverlay, OverlayName } from '../read/log-events.ts'

/**
 * `Overlay Error: No '<<critic_rating#>>' found`; since 2.5 `Overlay Warning: No 'imdb_rating' found for 'Title'`
 * (overlays.py:418, 434).
 */
const noValue = /^Overlay (?:Error|Warning): No '(.*?)' found(?: for |$)/

/** Plex attributes by their names in text overlays; every other name is a rating from another service. */
const plexWords: Readonly<Record<string, string>> = {
  audience_rating: 'audience rating',
  critic_rating: 'critic rating',
  user_rating: 'user rating',
  content_rating: 'content rating',
  original_title: 'original title',
  originally_available: 'release date',
  edition: 'edition',
  runtime: 'runtime',
  total_runtime: 'runtime',
  bitrate: 'bitrate',
  versions: 'versions',
  show_title: 'title of its show',
  season_title: 'title of its season',
  season_number: 'season number',
  episode_number: 'episode number',
  episode_count: 'number of episodes',
  title: 'title',
}

/**
 * Tells which text overlays are missing from an item's picture because a value in their text does not exist. Kometa
 * names the value but not the overlay. It draws the overlays in order, so each warning belongs to the next overlay
 * whose text has this value.
 */
export function explainMissingValues(
  item: ItemResult,
  inOrder: readonly MatchedOverlay[],
): (OverlayName & { reason: string })[] {
  let waiting = inOrder.filter(({ overlay }) => overlay?.name.startsWith('text'))
  return item.warnings.flatMap((warning) => {
    const value = noValue.exec(warning)?.[1]
    if (value === undefined) return []
    const overlay = waiting.find((one) => isText(one, value)) ?? waiting.find((one) => hasValue(one, value))
    if (!overlay) return []
    waiting = waiting.filter((one) => one !== overlay)
    return [{ name: overlay.name, full: overlay.full, reason: reasonOf(value, warning, item) }]
  })
}

/** `text(critic_rating)` is an old spelling of `text(<<critic_rating>>)` (overlay.py:345-352). */
function textOf({ overlay }: MatchedOverlay): string {
  const text = /^text\((.*)\)$/s.exec(overlay?.name ?? '')?.[1] ?? ''
  const old = /^((?:audience|critic|user)_rating)(#)?[0%]?$/.exec(text)
  return old ? `<<${old[1]}${old[2] ?? ''}>>` : text
}

const isText = (overlay: MatchedOverlay, value: string): boolean => textOf(overlay) === value

/** Kometa has already replaced the values that it found. */
function hasValue(overlay: MatchedOverlay, value: string): boolean {
  const names = namesIn(value)
  const own = namesIn(textOf(overlay))
  return (names.length > 0 ? names : [value]).some((name) => own.includes(name))
}

const namesIn = (text: string): string[] => [...text.matchAll(/<<([a-z_]+)/g)].map(([, name = '']) => name)

function reasonOf(value: string, warning: string, { logLines }: ItemResult): string {
  const name = namesIn(value)[0] ?? value
  const words = plexWords[name]
  if (words !== undefined) return `Plex has no ${words} for it`
  // The line before says what went wrong.
  const before = logLines[logLines.indexOf(warning) - 1] ?? ''
  const cause = /Error|Failed/.test(before) && !noValue.test(before) ? `: ${before}` : ''
  const shown = name.replaceAll('_', ' ').replace(/^(\w+)/, (source) => sources[source] ?? source)
  return `there is no ${shown} for it${cause}`
}

const sources: Readonly<Record<string, string>> = {
  anidb: 'AniDB',
  imdb: 'IMDb',
  mal: 'MyAnimeList',
  mdb: 'MDBList',
  omdb: 'OMDb',
  plex: 'Plex',
  tmdb: 'TMDb',
  trakt: 'Trakt',
}
