import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import { type PlexClient, plexClient } from '../support/plex-client.ts'
import { agentPoster, type SamplePlex, startUnwatchedPlex as startSamplePlex } from '../support/sample-plex.ts'

const music: SampleLibrary = {
  key: 3,
  title: 'Music',
  type: 'artist',
  items: [
    {
      type: 'artist',
      ratingKey: '3000',
      title: 'The Hot Five',
      genres: ['Jazz'],
      moods: ['Lively'],
      posters: [agentPoster('hot five')],
      children: [
        {
          type: 'album',
          ratingKey: '3001',
          title: 'Potato Head Blues',
          year: 1927,
          studio: 'Okeh',
          children: [
            { type: 'track', ratingKey: '3002', title: 'Potato Head Blues', index: 1, viewCount: 3 },
            { type: 'track', ratingKey: '3003', title: 'Put Em Down Blues', index: 2 },
          ],
        },
      ],
    },
  ],
}

describe('a music library', () => {
  let plex: SamplePlex
  let client: PlexClient
  beforeEach(async () => {
    plex = await startSamplePlex({ libraries: [music] })
    client = plexClient(plex)
  })
  afterEach(async () => {
    await plex[Symbol.asyncDispose]()
  })

  const cases: [query: string, found: string[]][] = [
    ['3/all', ['The Hot Five']],
    ['3/all?type=9', ['Potato Head Blues']],
    ['3/all?type=10', ['Potato Head Blues', 'Put Em Down Blues']],
    ['3/all?type=10&artist.title%3D=The%20Hot%20Five&track.title=put', ['Put Em Down Blues']],
    ['3/all?type=10&artist.genre=Jazz&unwatched!=1', ['Potato Head Blues']],
    ['3/all?type=8&album.year=1927', ['The Hot Five']],
    ['3/all?type=8&artist.mood=Sad', []],
    ['3/albums', ['Potato Head Blues']],
  ]
  it.each(cases)('%s', async (query, found) => {
    expect(await client.titles(query)).toEqual(found)
  })

  it('gives a track with its album and artist', async () => {
    const track = (await client.container('/library/metadata/3003')).children[0]
    expect(track?.name).toBe('Track')
    expect(track?.attrs).toMatchObject({
      parentTitle: 'Potato Head Blues',
      grandparentTitle: 'The Hot Five',
      index: '2',
    })
    expect(
      (await client.container('/library/metadata/3000/children')).children.map((album) => album.attrs.title),
    ).toEqual(['Potato Head Blues'])
    expect((await client.container('/library/metadata/3000/allLeaves')).children).toHaveLength(2)
  })
})
