import type { MediaSpec } from './library-data-media.ts'

export interface SeasonRow {
  /** Season 0 holds the specials. */
  number: number
  /** First showing of its first episode. The others follow weekly. */
  from: string
  minutes: number
  /** The episodes use these files in turn. */
  media: readonly MediaSpec[]
  /** The season has no poster of its own, so that Plex shows the show's. */
  bare?: boolean
  episodes: readonly string[]
}

/** One show of the sample library. */
export interface ShowRow {
  title: string
  originalTitle?: string
  year: number
  studio: string
  network: string
  country: string
  contentRating: string
  genres: readonly string[]
  actors: readonly string[]
  summary: string
  rating?: number
  audience?: number
  imdb: string
  tmdb: number
  tvdb: number
  /** Its poster and background: files in files/posters and files/wide. */
  picture: string
  worn?: boolean
  seasons: readonly SeasonRow[]
}

/** Serials and early television that are in the public domain in the United States. */
// biome-ignore format: rows that read as a table
export const showRows: readonly ShowRow[] = [
  {
    title: 'Les Vampires', year: 1915, studio: 'Gaumont', network: 'Gaumont', country: 'France', contentRating: 'TV-PG', genres: ['Crime', 'Mystery'], actors: ['Musidora', 'Édouard Mathé', 'Marcel Lévesque'],
    summary: 'A reporter hunts a band of thieves that all Paris fears, and the woman in black who leads them by the nose.', rating: 9.5, audience: 7.4, imdb: 'tt0006206', tmdb: 63404, tvdb: 269609, picture: 'les-vampires',
    seasons: [
      { number: 1, from: '1915-11-13', minutes: 42, media: [{ picture: '1080', sound: 'flac', language: 'fra', subtitles: ['eng'] }, { picture: '720', sound: 'ac3', language: 'fra', subtitles: ['eng'] }], episodes: ['The Severed Head', 'The Ring That Kills', 'The Red Codebook', 'The Spectre', 'Dead Man’s Escape', 'Hypnotic Eyes', 'Satanas', 'The Thunder Master', 'The Poisoner', 'The Terrible Wedding'] },
    ],
  },
  {
    title: 'The Phantom Empire', year: 1935, studio: 'Mascot Pictures', network: 'Mascot Pictures', country: 'United States of America', contentRating: 'TV-G', genres: ['Science Fiction', 'Western'], actors: ['Gene Autry', 'Frankie Darro', 'Betsy King Ross'],
    summary: 'A singing cowboy must be back at his ranch for the two o’clock broadcast, whatever the people of the city below do to him.', rating: 7.1, audience: 6.0, imdb: 'tt0026867', tmdb: 84160, tvdb: 272135, picture: 'the-phantom-empire',
    seasons: [
      { number: 0, from: '1935-02-01', minutes: 3, media: [{ picture: '480', sound: 'mp3', source: 'DVD' }], episodes: ['Coming Attraction'] },
      { number: 1, from: '1935-02-23', minutes: 20, media: [{ picture: '480', sound: 'ac3', source: 'DVD' }], episodes: ['The Singing Cowboy', 'The Thunder Riders', 'The Lightning Chamber', 'Phantom Broadcast', 'Beneath the Earth', 'Disaster from the Skies', 'From Death to Life', 'Jaws of Jeopardy', 'Prisoners of the Ray', 'The Rebellion', 'A Queen in Chains', 'The End of Murania'] },
    ],
  },
  {
    title: 'The Adventures of Ozzie & Harriet', year: 1952, studio: 'Stage Five Productions', network: 'ABC', country: 'United States of America', contentRating: 'TV-G', genres: ['Comedy', 'Family'], actors: ['Ozzie Nelson', 'Harriet Nelson', 'David Nelson', 'Ricky Nelson'],
    summary: 'A family plays itself: small errands, large misunderstandings, two sons.', rating: 7.4, audience: 7.3, imdb: 'tt0044230', tmdb: 2307, tvdb: 77099, picture: 'the-adventures-of-ozzie-harriet',
    seasons: [
      { number: 1, from: '1952-10-03', minutes: 26, media: [{ picture: '480', sound: 'aac', source: 'DVD' }], episodes: ['The Rivals', 'The Pills', 'The Fall Guy', 'Halloween Party', 'Riviera Ballet'] },
      { number: 2, from: '1953-09-18', minutes: 26, bare: true, media: [{ picture: '720', sound: 'aac', source: 'WEBDL' }], episodes: ['The Bird’s Nest', 'The Tuba Incident', 'Ricky’s Boxing Lesson'] },
    ],
  },
  {
    title: 'Sherlock Holmes', year: 1954, studio: 'Guild Films', network: 'Syndication', country: 'France', contentRating: 'TV-PG', genres: ['Crime', 'Mystery'], actors: ['Ronald Howard', 'H. Marion Crawford', 'Archie Duncan'],
    summary: 'Baker Street, filmed near Paris: a young Holmes, a Watson who can keep up, and Lestrade.', rating: 8.3, audience: 7.7, imdb: 'tt0046643', tmdb: 3576, tvdb: 71316, picture: 'sherlock-holmes', worn: true,
    seasons: [
      { number: 1, from: '1954-10-18', minutes: 27, media: [{ picture: '1080', sound: 'dtshd-ma' }, { picture: '1080', sound: 'dtshd-ma' }, { picture: '720', sound: 'ac3' }], episodes: ['The Case of the Cunningham Heritage', 'The Case of Lady Beryl', 'The Case of the Pennsylvania Gun', 'The Case of the Texas Cowgirl', 'The Case of the Belligerent Ghost', 'The Case of the Shy Ballerina', 'The Case of the Winthrop Legend', 'The Case of Blind Man’s Bluff'] },
    ],
  },
  {
    title: 'One Step Beyond', year: 1959, studio: 'Joseph L. Schenck Enterprises', network: 'ABC', country: 'United States of America', contentRating: 'TV-PG', genres: ['Fantasy', 'Drama'], actors: ['John Newland'],
    summary: 'Your guide into the world of the unknown tells of things that happened and should not have.', rating: 8.9, audience: 7.9, imdb: 'tt0052451', tmdb: 3530, tvdb: 72147, picture: 'one-step-beyond',
    seasons: [
      { number: 1, from: '1959-01-20', minutes: 25, media: [{ picture: '4k', range: 'hdr', sound: 'flac' }, { picture: '1080', sound: 'flac' }], episodes: ['The Bride Possessed', 'Night of April 14', 'Emergency Only', 'The Dark Room', 'Twelve Hours to Live', 'Epilogue'] },
      { number: 2, from: '1959-09-15', minutes: 25, media: [{ picture: '1080', sound: 'aac' }], episodes: ['Delusion', 'Ordeal on Locust Street', 'Brainwave', 'Doomsday'] },
    ],
  },
  {
    title: 'The Beverly Hillbillies', year: 1962, studio: 'Filmways Television', network: 'CBS', country: 'United States of America', contentRating: 'TV-G', genres: ['Comedy', 'Family'], actors: ['Buddy Ebsen', 'Irene Ryan', 'Donna Douglas', 'Max Baer Jr.'],
    summary: 'A man shoots at his dinner, finds oil, and moves his kin next door to his banker.', rating: 7.9, audience: 8.2, imdb: 'tt0055662', tmdb: 2320, tvdb: 71471, picture: 'the-beverly-hillbillies',
    seasons: [
      { number: 1, from: '1962-09-26', minutes: 26, media: [{ picture: '1080', sound: 'dts' }, { picture: '480', sound: 'aac', source: 'DVD' }], episodes: ['The Clampetts Strike Oil', 'Getting Settled', 'Meanwhile, Back at the Cabin', 'The Clampetts Meet Mrs. Drysdale', 'Jed Buys Stock', 'Trick or Treat'] },
      { number: 2, from: '1963-09-25', minutes: 26, media: [{ picture: '720', sound: 'eac3', source: 'WEBDL' }], episodes: ['Jed Gets the Misery', 'Hair-Raising Holiday', 'Granny’s Garden', 'Elly Starts to School'] },
    ],
  },
]
