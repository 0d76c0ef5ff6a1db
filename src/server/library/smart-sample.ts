import type { Catalogue } from './catalogue.ts'
import { ratingBand } from './columns.ts'
import type { Entry } from './entry.ts'

/** The qualities that overlays look at, and how much a new value of each is worth. */
const features: readonly { weight: number; shows(entry: Entry): string | null }[] = [
  { weight: 6, shows: ({ item }) => typeNames[item.type] ?? null },
  { weight: 5, shows: ({ item }) => (item.resolution === null ? null : resolutionName(item.resolution)) },
  { weight: 4, shows: ({ item }) => (item.hdr === null ? null : item.hdr === 'dv' ? 'Dolby Vision' : 'HDR') },
  { weight: 3, shows: ({ item }) => item.audioCodec?.toUpperCase() ?? null },
  { weight: 3, shows: ({ item }) => (item.edition === null ? null : 'an edition') },
  { weight: 2, shows: ({ section }) => `library ${section.title}` },
  { weight: 2, shows: ({ item }) => (item.wearsOverlay ? 'wears overlays' : null) },
  { weight: 2, shows: ({ item }) => ratingBand(item.rating) || null },
  { weight: 2, shows: ({ item }) => (item.contentRating === null ? null : `rated ${item.contentRating}`) },
  { weight: 1, shows: ({ item }) => item.edition },
]

const typeNames: Readonly<Record<string, string>> = {
  movie: 'a film',
  show: 'a show',
  season: 'a season',
  episode: 'an episode',
  artist: 'an artist',
  album: 'an album',
}

const resolutionName = (text: string): string => (/^\d+$/.test(text) ? `${text}p` : text.toUpperCase())

export interface SampleChoice {
  entry: Entry
  /** The values that no entry before it has. */
  shows: string[]
}

/**
 * Chooses up to `count` entries that differ in what overlays look at. Each time it takes the entry with the most new
 * values; the values of `chosen` are not new. The same entries always give the same sample.
 */
export function smartSample(
  { entries, looks }: Pick<Catalogue, 'entries' | 'looks'>,
  places: Uint32Array,
  chosen: readonly Entry[],
  count: number,
): SampleChoice[] {
  // One of the entries that look the same is enough: of 50,000 entries, some hundred are left.
  const alike = new Map<number, Entry>()
  const taken = new Set(chosen)
  for (const place of places) {
    const look = looks[place] ?? 0
    const known = alike.get(look)
    if (known && known.item.thumb !== null) continue
    const entry = entries[place]
    // An entry with a picture is better, since its overlays can be seen.
    if (entry && !taken.has(entry) && (!known || entry.item.thumb !== null)) alike.set(look, entry)
  }
  const groups = [...alike.values()].map((entry) => ({
    entry,
    shown: features.map(({ shows }) => shows(entry) ?? ''),
  }))
  const covered = new Set(chosen.flatMap((entry) => features.flatMap(({ shows }, at) => tag(at, shows(entry)) ?? [])))
  const rest = groups
  const result: SampleChoice[] = []
  while (result.length < count && rest.length > 0) {
    let best = -1
    let most = 0
    for (let at = 0; at < rest.length; at += 1) {
      const worth = worthOf(rest[at]?.shown ?? [], covered)
      if (worth > most) {
        most = worth
        best = at
      }
    }
    const [next] = best < 0 ? [] : rest.splice(best, 1)
    if (!next) break
    const shows = next.shown.filter((text, at) => text !== '' && !covered.has(`${at} ${text}`))
    next.shown.forEach((text, at) => {
      if (text !== '') covered.add(`${at} ${text}`)
    })
    result.push({ entry: next.entry, shows })
  }
  return result
}

const tag = (at: number, text: string | null): string | null => (text === null ? null : `${at} ${text}`)

function worthOf(shown: readonly string[], covered: ReadonlySet<string>): number {
  let worth = 0
  for (let at = 0; at < shown.length; at += 1) {
    const text = shown[at]
    if (text && !covered.has(`${at} ${text}`)) worth += features[at]?.weight ?? 0
  }
  return worth
}
