import { z } from 'zod'

/** The facts about one kind of artwork. */
interface ArtworkRow {
  /**
   * The plural in paths: POST to `/library/metadata/N/<list>` uploads a picture, and GET lists the pictures of the
   * item.
   */
  list: string
  /**
   * The kind under which Plex keeps such an upload. It is the kind itself, unless the name is an alias of another kind.
   */
  keptAs: string
  /** Plex shows the item's picture at `/library/metadata/N/<shownAt>/<stamp>`. */
  shownAt: string
  /** The `type` of the `Image` element that the sample Plex gives an item; null: there is no such element. */
  imageType: string | null
  /** The words for the user, without an article and with one. */
  words: string
  one: string
}

/**
 * The kinds of artwork that Plex accepts as uploads. The key is the singular in paths, in names of captures and in the
 * summary. Upload paths, known reads, words, schemas and the sample Plex are derived from the rows. CONTRIBUTING.md
 * says how to add a kind.
 */
export const artworkTable = {
  poster: {
    list: 'posters',
    keptAs: 'poster',
    shownAt: 'thumb',
    imageType: 'coverPoster',
    words: 'poster',
    one: 'a poster',
  },
  art: {
    list: 'arts',
    keptAs: 'art',
    shownAt: 'art',
    imageType: 'background',
    words: 'background art',
    one: 'background art',
  },
  thumb: {
    list: 'thumbs',
    keptAs: 'poster',
    shownAt: 'thumb',
    imageType: 'coverPoster',
    words: 'thumb',
    one: 'a thumb',
  },
  clearLogo: {
    list: 'clearLogos',
    keptAs: 'clearLogo',
    shownAt: 'clearLogo',
    imageType: 'clearLogo',
    words: 'logo',
    one: 'a logo',
  },
  squareArt: {
    list: 'squareArts',
    keptAs: 'squareArt',
    shownAt: 'squareArt',
    imageType: 'backgroundSquare',
    words: 'square art',
    one: 'square art',
  },
  banner: {
    list: 'banners',
    keptAs: 'banner',
    shownAt: 'banner',
    imageType: null,
    words: 'banner',
    one: 'a banner',
  },
  theme: {
    list: 'themes',
    keptAs: 'theme',
    shownAt: 'theme',
    imageType: null,
    words: 'theme',
    one: 'a theme',
  },
} as const satisfies Readonly<Record<string, ArtworkRow>>

/** The kind of artwork that an upload path asks Plex to store. One kind is never taken for another. */
export type ArtworkKind = keyof typeof artworkTable
export const artworkKinds = Object.keys(artworkTable) as ArtworkKind[]
export const artworkKindSchema = z.enum(artworkKinds)

/** The kinds that Plex keeps apart from each other: each has its own list and its own shown picture. */
export type KeptKind = (typeof artworkTable)[ArtworkKind]['keptAs']
export const keptKinds = artworkKinds.filter((kind): kind is KeptKind => artworkTable[kind].keptAs === kind)

const kindsByName: ReadonlyMap<string, ArtworkKind> = new Map(
  artworkKinds.flatMap((kind) => [kind, artworkTable[kind].list].map((name) => [name, kind])),
)

/** The kind that the last segment of an upload path names, in the singular or the plural. */
export const artworkKindNamed = (name: string): ArtworkKind | undefined => kindsByName.get(name)
