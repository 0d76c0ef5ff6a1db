import type { BaseUsed, RealRun } from '../../contract/summary.ts'
import type { ItemState, LibraryState } from './overlay-state.ts'

/** What Kometa's cache is in a real run of this config. */
export type CacheUse =
  | { kind: 'off' }
  /** `why` ends the sentence "its cache could not be read: ...". */
  | { kind: 'unread'; why: string }
  /** What the user's own cache holds, and what the private copy holds after the preview; null where nothing is known. */
  | { kind: 'read'; before: LibraryState | null; after: LibraryState | null }

/** An item that the preview has drawn. */
export interface DrawnItem {
  ratingKey: string
  /** Plex holds the label Overlay on it. */
  hasLabel: boolean
  base: BaseUsed | null
  /** `reapply_overlays` of its library. */
  reapplies: boolean
  /** Full names, by Kometa's log; null when that does not tell. */
  overlays: readonly string[] | null
}

/**
 * Whether a real run would draw the item, or skip it because nothing has changed since it last did (overlays.py:90-154, 220). Kometa
 * compares its cache with what it would draw; the copy of the cache has both. What is not certain is `unknown`.
 */
export function predictRealRun(item: DrawnItem, cache: CacheUse): RealRun {
  if (item.reapplies) return draw('reapply_overlays is on')
  if (!item.hasLabel) return draw('it does not have the label Overlay')
  if (item.base === null) return unknown('it is not known which picture Kometa drew on')
  if (item.base !== 'asset' && item.base !== 'backup') return draw('Kometa takes a new clean poster for it')
  if (cache.kind === 'off') return draw('without its cache Kometa draws every item in each run')
  if (cache.kind === 'unread') return unknown(`Kometa's cache could not be read: ${cache.why}`)
  const { before, after } = cache
  const known = before?.items[item.ratingKey]
  if (!before || !known) return draw("Kometa's cache does not know it")
  const now = after?.items[item.ratingKey]
  if (after?.format === '2.4.5' && before.format === '2.4.4') {
    return draw('this Kometa is newer than its cache, whose state of overlays it resets once')
  }
  if (!after || !now) return unknown('Kometa wrote nothing about it into its cache')
  return compare(item, { before, after, known, now })
}

interface States {
  before: LibraryState
  after: LibraryState
  known: ItemState
  now: ItemState
}

function compare({ base, overlays }: DrawnItem, { before, after, known, now }: States): RealRun {
  if (!haveSameOverlays(known, now)) return draw('the overlays that it gets have changed')
  // From 2.4.5 on, an overlay whose value is missing is not noted, and so counts as new in each run.
  const unnoted = after.format === '2.4.5' ? overlays?.find((name) => known.overlays[name] === undefined) : undefined
  if (unnoted !== undefined) return draw(`${shortName(unnoted)} is not in Kometa's cache`)
  const changed = Object.keys(after.images).filter((name) => after.images[name] !== before.images[name])
  const own = overlays === null ? undefined : changed.find((name) => overlays.includes(name))
  if (own !== undefined) return draw(`the picture of ${shortName(own)} has changed`)
  if (overlays === null && changed.length > 0) return unknown('the picture of an overlay has changed')
  const text = compareTexts(after.format, known, now)
  if (text !== null) return text
  const asset = base === 'asset' ? compareAssets(known.poster, now.poster) : null
  return asset ?? { would: 'skip', why: 'nothing has changed since Kometa last drew it' }
}

/** null: Kometa finds the asset as it was. */
function compareAssets(known: string | null, now: string | null): RealRun | null {
  if (known === null || known === now) return null
  const sameFile = folderAndFile(known) !== undefined && folderAndFile(known) === folderAndFile(now)
  if (!sameFile) return draw('its asset has changed')
  return unknown(`Kometa last saw its asset at ${known.replace(/:\d+:\d+$/, '')}, and another place counts as a change`)
}

/** Of an asset with its size and time, the last folder and the name. */
function folderAndFile(asset: string | null): string | undefined {
  const [folder, file] = (asset ?? '').split(/[\\/]/).slice(-2)
  return folder && file && /.:\d+:\d+$/.test(file) ? `${folder}/${file}` : undefined
}

const draw = (why: string): RealRun => ({ would: 'draw', why })
const unknown = (why: string): RealRun => ({ would: 'unknown', why })
const shortName = (full: string): string => full.replace(/^Overlay File \(\d+\) /, '')

/** In an overlay's words of how it looks, the place of Kometa's own fonts: it says where that Kometa lies, not what it draws. */
const withoutFontsFolder = (words: string): string =>
  words.replace(/[^()|]+/g, (part) => {
    const start = part.search(/(?:[A-Za-z]:)?[\\/]/)
    const end = part.replaceAll('\\', '/').lastIndexOf('/fonts/')
    const isBelow = end > part.search(/[\\/]/)
    return isBelow ? `${part.slice(0, start)}fonts/${part.slice(end + '/fonts/'.length)}` : part
  })

function haveSameOverlays({ overlays: known }: ItemState, { overlays: now }: ItemState): boolean {
  const words = (all: ItemState['overlays']) =>
    Object.entries(all).map(([name, hash]) => withoutFontsFolder(`${name} ${hash}`))
  const [earlier, later] = [words(known), words(now)]
  return later.every((each) => earlier.includes(each)) && earlier.every((each) => later.includes(each))
}

/** Ratings from outside. Before 2.4.5 Kometa did not compare them: python-plexapi's items do not have them (overlays.py:145). */
const fromOutside = /^(?:anidb|imdb|mal|mdb|omdb|plex|tmdb|trakt)_/
/** For the same reason never compared. */
const uncompared = new Set(['bitrate', 'show_title'])

/** null: the values that are drawn are those that Kometa drew last. */
function compareTexts(format: LibraryState['format'], known: ItemState, now: ItemState): RealRun | null {
  const words = Object.entries(now.overlays).map(([name, hash]) => (format === '2.4.5' ? hash : name))
  const texts = words.filter((each) => each.startsWith('text'))
  if (texts.length === 0) return null
  const shown = new Set(texts.flatMap(variablesOf))
  let doubt: RealRun | null = null
  for (const [variable, value] of Object.entries(known.texts)) {
    if (uncompared.has(variable) || (format === '2.4.4' && fromOutside.test(variable))) continue
    // It compares the number of versions with the list of them (plex.py:181).
    if (variable === 'versions') return draw('Kometa draws an item with a text of its versions in each run')
    const next = now.texts[variable] ?? null
    if (value === null || next === null) continue
    if (value !== next) return draw(`${variable} is ${next} now, and was ${value}`)
    // Written by an overlay that is gone: Kometa still compares it, and this run did not write it again.
    if (!shown.has(variable) && !fromOutside.test(variable)) {
      doubt ??= unknown(`Kometa also compares ${variable}, which none of its overlays shows any more`)
    }
  }
  return doubt
}

/** Of `text(<<runtimeH>>h <<originally_available[%Y]>>)...`; `text(audience_rating%)` is an old spelling. */
function variablesOf(words: string): string[] {
  const old = /^text\((audience_rating|critic_rating|user_rating)[0%#]?\)/.exec(words)?.[1]
  const named = [...words.matchAll(/<<([a-z_]+?)(?:[A-Z%#/0]*|\[[^<>]*)>>/g)].map(([, name = '']) => name)
  return old === undefined ? named : [...named, old]
}
