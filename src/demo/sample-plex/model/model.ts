import type { artworkTable, KeptKind } from '../../../contract/artwork-kinds.ts'
import type { ItemType } from '../../../contract/kinds.ts'

/** The contents of a sample Plex, as plain data. The server keeps its changes elsewhere and never writes into this. */
export interface SampleLibrary {
  /** Section number in `/library/sections/N`. */
  key: number
  title: string
  type: 'movie' | 'show' | 'artist'
  /** Movies, shows or artists. Seasons, episodes, albums and tracks are their `children`. */
  items: readonly SampleItem[]
  collections?: readonly SampleCollection[]
  /** ISO 639-1 or `en-US`; default `en-US`. */
  language?: string
  /** Folder that the section claims to scan; default `/media/<title>`. */
  location?: string
  /** Unix seconds; default: newest `updatedAt` of the items. */
  updatedAt?: number
}

/** The pictures of an item under the names of Plex's lists: posters, arts and so on. */
type SampleArtwork = Partial<Record<(typeof artworkTable)[KeptKind]['list'], readonly SampleImage[]>>

/** One movie, show, season, episode, artist, album or track. */
export interface SampleItem extends SampleArtwork {
  type: ItemType
  /** Digits, unique on the whole server. */
  ratingKey: string
  /** `Season 1` or `Specials` for a season. */
  title: string
  titleSort?: string
  originalTitle?: string
  editionTitle?: string
  summary?: string
  tagline?: string
  /** Season, episode or track number. Season 0 holds the specials. */
  index?: number
  year?: number
  /** `YYYY-MM-DD`. */
  originallyAvailableAt?: string
  /** Unix seconds; default 1577880000 (2020-01-01). */
  addedAt?: number
  /** Unix seconds; default `addedAt`. Also the number at the end of `thumb` and `art`. */
  updatedAt?: number
  durationMs?: number
  contentRating?: string
  studio?: string
  /** Shows only. */
  network?: string
  /** Shows only: "Seasons: Hide". The episodes then name no season. */
  hidesSeasons?: boolean
  /** Critics, 0 to 10. */
  rating?: number
  /** e.g. `rottentomatoes://image.rating.ripe`, `imdb://image.rating`. */
  ratingImage?: string
  audienceRating?: number
  audienceRatingImage?: string
  userRating?: number
  viewCount?: number
  /** Unix seconds. */
  lastViewedAt?: number
  genres?: readonly string[]
  countries?: readonly string[]
  directors?: readonly string[]
  writers?: readonly string[]
  producers?: readonly string[]
  actors?: readonly SampleRole[]
  labels?: readonly string[]
  moods?: readonly string[]
  styles?: readonly string[]
  /** Default: `plex://<type>/<24 hex digits made of the ratingKey>`. */
  guid?: string
  /** `imdb://tt0133093`, `tmdb://603`, `tvdb://169`. */
  guids?: readonly string[]
  /** Movies, episodes and tracks only; one per version of the file. */
  media?: readonly SampleMedia[]
  /** If empty, Plex shows the poster of the season or show. */
  inheritsPoster?: boolean
  /** Seasons of a show, episodes of a season, albums of an artist, tracks of an album. */
  children?: readonly SampleItem[]
}

interface SampleRole {
  name: string
  role?: string
}

export interface SampleMedia {
  /** In Plex's words: `4k`, `1080`, `720`, `480`, `576`, `sd`. */
  videoResolution?: string
  width?: number
  height?: number
  /** Kilobits a second. */
  bitrate?: number
  /** `mkv`, `mp4`, `flac`. */
  container?: string
  /** Default: made of the title. */
  file?: string
  sizeBytes?: number
  /** The first video and the first audio stream also give the media's `videoCodec`, `audioCodec`, `audioChannels`. */
  streams: readonly SampleStream[]
}

export type SampleStream =
  | {
      kind: 'video'
      /** `hevc`, `h264`, `av1`, `vc1`, `mpeg2video`. */
      codec: string
      /** `smpte2084` (HDR10), `arib-std-b67` (HLG), `bt709`: Plex calls an item HDR by this. */
      colorTrc?: string
      doviPresent?: boolean
      doviProfile?: number
      bitDepth?: number
      frameRate?: number
      /**
       * Default: made of resolution, codec and HDR, in Plex's words: `4K DoVi/HDR10 (HEVC Main 10)`.
       * Kometa's HDR overlays read it.
       */
      displayTitle?: string
    }
  | {
      kind: 'audio'
      /** `truehd`, `dca`, `eac3`, `ac3`, `aac`, `flac`, `opus`, `mp3`, `pcm`. */
      codec: string
      /** `ma` for DTS-HD MA. */
      profile?: string
      channels: number
      /** ISO 639-2 (`eng`) and its name (`English`). */
      languageCode?: string
      language?: string
      /** e.g. `English (TrueHD Atmos 7.1)`: Kometa's audio overlays read it. */
      extendedDisplayTitle?: string
      title?: string
      selected?: boolean
    }
  | {
      kind: 'subtitle'
      codec: string
      languageCode?: string
      language?: string
      forced?: boolean
      title?: string
    }

export interface SampleCollection {
  ratingKey: string
  title: string
  titleSort?: string
  summary?: string
  /** ratingKeys of items of the same library. */
  items: readonly string[]
  /** The query of a smart collection, e.g. `/library/sections/1/all?type=1&year=1927`. */
  smartFilter?: string
  labels?: readonly string[]
  contentRating?: string
  addedAt?: number
  updatedAt?: number
  posters?: readonly SampleImage[]
  arts?: readonly SampleImage[]
}

export interface SamplePlaylist {
  ratingKey: string
  title: string
  /** ratingKeys of items of any library. */
  items: readonly string[]
  /** The query of a smart playlist, e.g. `/library/sections/1/all?type=1&year=1927`. */
  smartFilter?: string
}

/** One entry of `/library/metadata/N/posters` and its siblings, in Plex's order. */
export interface SampleImage {
  /**
   * `upload://posters/<hash>`, `metadata://posters/com.plexapp.agents.themoviedb_<hash>`, `media://...`,
   * or an `https://` address elsewhere.
   */
  ratingKey: string
  /** `local`, `com.plexapp.agents.themoviedb`, `tv.plex.agents.movie`; none for an upload. */
  provider?: string
  /** True for one picture at most. Without any, Plex shows the first. */
  selected?: boolean
  /** Plex shows this picture without listing it among the choices. */
  unlisted?: boolean
  mediaType: 'image/jpeg' | 'image/png' | 'image/webp' | 'audio/mpeg'
  /** Called for each request of the picture. Must return the same bytes each time. */
  read: () => Uint8Array | Promise<Uint8Array>
}
