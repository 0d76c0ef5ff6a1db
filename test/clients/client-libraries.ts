import type { SampleLibrary, SamplePlaylist } from '../../src/demo/sample-plex/model/model.ts'
import { film, media, smallLibraries } from '../support/sample-plex.ts'

/** The small libraries plus what the methods need: subtitles, a smart collection, playlists. */
export function clientLibraries(): SampleLibrary[] {
  const subtitle = { kind: 'subtitle', codec: 'srt', languageCode: 'eng', language: 'English' } as const
  const audio = { kind: 'audio', codec: 'ac3', channels: 2, languageCode: 'eng', language: 'English' } as const
  return smallLibraries().map((library) => {
    if (library.type !== 'movie')
      return { ...library, collections: [{ ratingKey: '950', title: 'Funny', items: ['2000'] }] }
    const others = library.items.filter((item) => item.title !== 'Nosferatu')
    const nosferatu = film('101', 'Nosferatu', { year: 1922, media: [media('4k', {}, [audio, subtitle])] })
    const smart = {
      ratingKey: '901',
      title: 'Smart',
      items: [],
      smartFilter: '/library/sections/1/all?type=1&year=1927',
    }
    return { ...library, items: [nosferatu, ...others], collections: [...(library.collections ?? []), smart] }
  })
}

export const clientPlaylists: readonly SamplePlaylist[] = [
  { ratingKey: '960', title: 'Evening', items: ['103', '101'] },
  { ratingKey: '961', title: 'Of 1927', items: [], smartFilter: '/library/sections/1/all?type=1&year=1927' },
]
