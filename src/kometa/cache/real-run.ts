import type { BaseUsed, RealRun } from '../../contract/summary.ts'
import { shortNameOf } from '../log/words/overlay-names.ts'
import type { ItemState, LibraryState } from './overlay-state.ts'

/** What a real run of this config would find in Kometa's cache. */
export type CacheUse =
  | { kind: 'off' }
  /** `why` completes the sentence "its cache could not be read: ...". */
  | { kind: 'unread'; why: string }
  /**
   * `before`: what the user's own cache holds. `after`: what the private copy holds after the preview. null: nothing
   * is known.
   */
  | { kind: 'read'; before: LibraryState | null; after: LibraryState | null }

/** An item that the preview drew. */
export interface DrawnItem {
  ratingKey: string
  /** Plex has the label Overlay on the item. */
  hasLabel: boolean
  base: BaseUsed | null
  /** The library has `reapply_overlays`. */
  reapplies: boolean
  /** Full names from Kometa's log; null when the log does not tell. */
  overlays: readonly string[] | null
}

/**
 * Predicts whether a real run would draw the item or skip it because nothing changed since the last run
 * (overlays.py:90-154, 220). Kometa compares its cache with what it would draw; the private copy holds both. Whatever
 * is not certain is `unknown`.
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
  // From 2.4.5 on, Kometa does not record an overlay whose value is missing, so the overlay counts as new in each run.
  const unnoted = after.format === '2.4.5' ? overlays?.find((name) => known.overlays[name] === undefined) : undefined
  if (unnoted !== undefined) return draw(`${shortNameOf(unnoted)} is not in Kometa's cache`)
  const changed = Object.keys(after.images).filter((name) => after.images[name] !== before.images[name])
  const own = overlays === null ? undefined : changed.find((name) => overlays.includes(name))
  if (own !== undefined) return draw(`the picture of ${shortNameOf(own)} has changed`)
  if (overlays === null && changed.length > 0) return unknown('the picture of an overlay has changed')
  const text = compareTexts(after.format, known, now)
  if (text !== null) return text
  const asset = base === 'asset' ? compareAssets(known.poster, now.poster) : null
  return asset ?? { would: 'skip', why: 'nothing has changed since Kometa last drew it' }
}

/** null: for Kometa the asset is unchanged. */
function compareAssets(known: string | null, now: string | null): RealRun | null {
  if (known === null || known === now) return null
  const sameFile = folderAndFile(known) !== undefined && folderAndFile(known) === folderAndFile(now)
  if (!sameFile) return draw('its asset has changed')
  return unknown(`Kometa last saw its asset at ${known.replace(/:\d+:\d+$/, '')}, and another place counts as a change`)
}

/** The last folder and the file name of an asset, with size and time. */
function folderAndFile(asset: string | null): string | undefined {
  const [folder, file] = (asset ?? '').split(/[\\/]/).slice(-2)
  return folder && file && /.:\d+:\d+$/.test(file) ? `${folder}/${file}` : undefined
}

const draw = (why: string): RealRun => ({ would: 'draw', why })
const unknown = (why: string): RealRun => ({ would: 'unknown', why })

/**
 * Shortens the path of Kometa's own fonts in an overlay's description: the path says where Kometa is installed, not
 * what it draws.
 */
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

/**
 * Ratings from other services. Before 2.4.5 Kometa did not compare them, because python-plexapi's items lack them
 * (overlays.py:145).
 */
const fromOutside = /^(?:anidb|imdb|mal|mdb|omdb|plex|tmdb|trakt)_/
/** Never compared, for the same reason. */
const uncompared = new Set(['bitrate', 'show_title'])

/** null: the values are the ones that Kometa drew last time. */
function compareTexts(format: LibraryState['format'], known: ItemState, now: ItemState): RealRun | null {
  const words = Object.entries(now.overlays).map(([name, hash]) => (format === '2.4.5' ? hash : name))
  const texts = words.filter((each) => each.startsWith('text'))
  if (texts.length === 0) return null
  const shown = new Set(texts.flatMap(variablesOf))
  let doubt: RealRun | null = null
  for (const [variable, value] of Object.entries(known.texts)) {
    if (uncompared.has(variable) || (format === '2.4.4' && fromOutside.test(variable))) continue
    // Kometa compares the number of versions with a list of versions, so they always differ (plex.py:181).
    if (variable === 'versions') return draw('Kometa draws an item with a text of its versions in each run')
    const next = now.texts[variable] ?? null
    if (value === null || next === null) continue
    if (value !== next) return draw(`${variable} is ${next} now, and was ${value}`)
    // The overlay that wrote this value is gone. Kometa still compares the value, and this run did not write it again.
    if (!shown.has(variable) && !fromOutside.test(variable)) {
      doubt ??= unknown(`Kometa also compares ${variable}, which none of its overlays shows any more`)
    }
  }
  return doubt
}

/**
 * The variables in `text(<<runtimeH>>h <<originally_available[%Y]>>)...`; `text(audience_rating%)` is an old spelling.
 */
function variablesOf(words: string): string[] {
  const old = /^text\((audience_rating|critic_rating|user_rating)[0%#]?\)/.exec(words)?.[1]
  const named = [...words.matchAll(/<<([a-z_]+?)(?:[A-Z%#/0]*|\[[^<>]*)>>/g)].map(([, name = '']) => name)
  return old === undefined ? named : [...named, old]
}
