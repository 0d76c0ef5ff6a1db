import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type PlexClient, parseXml, plexClient } from '../support/plex-client.ts'
import { type SamplePlex, smallLibraries, startUnwatchedPlex as startSamplePlex } from '../support/sample-plex.ts'

let plex: SamplePlex
let client: PlexClient
beforeEach(async () => {
  plex = await startSamplePlex({ libraries: smallLibraries() })
  client = plexClient(plex)
})
afterEach(async () => {
  await plex[Symbol.asyncDispose]()
})

describe('media queries', () => {
  const dragnet = 'Dragnet'
  const cases: [query: string, found: string[]][] = [
    ['1/all?type=1&title=ropol', ['Metropolis']],
    ['1/all?type=1&title!=o', ['The General', 'His Girl Friday', 'M']],
    ['1/all?type=1&title%3D=m', ['M']],
    ['1/all?type=1&title==M', ['M']],
    ['1/all?type=1&title!%3D=M&title!=a', ['Metropolis']],
    ['1/all?type=1&title%3C=The', ['The General']],
    ['1/all?type=1&title%3E=day', ['His Girl Friday']],
    [
      '1/all?type=1&title%3D=Lock%252C%20Stock%20%26%20%22Barrel%22%20%3C%C3%9Cn%C3%AFcode%3E',
      ['Lock, Stock & "Barrel" <Ünïcode>'],
    ],
    ['1/all?type=1&title%3D=M%2CMetropolis', ['M', 'Metropolis']],
    ['1/all?type=1&year=1922%2C1926', ['The General', 'Nosferatu']],
    ['1/all?type=1&year%3E%3E=1931', ['His Girl Friday', 'Lock, Stock & "Barrel" <Ünïcode>']],
    ['1/all?type=1&year%3E=1931&year%3C%3C=1940', ['M']],
    ['1/all?type=1&year>>=1930&year<<=1932', ['M']],
    ['1/all?type=1&decade=1920', ['The General', 'Metropolis', 'Nosferatu']],
    ['1/all?type=1&genre=Horror', ['Nosferatu']],
    ['1/all?type=1&genre=comedy&genre=action', ['The General']],
    ['1/all?type=1&resolution=4k&hdr=1', ['Metropolis', 'Nosferatu']],
    ['1/all?type=1&dovi=1', ['Nosferatu']],
    ['1/all?type=1&resolution=4k&dovi!=1', ['Metropolis']],
    ['1/all?type=1&audioLanguage=de', ['Metropolis']],
    ['1/all?type=1&contentRating=Not%20Rated', ['M']],
    ['1/all?type=1&contentRating=Not%2520Rated', ['M']],
    ['1/all?type=1&unwatched!=1', ['Lock, Stock & "Barrel" <Ünïcode>']],
    ['1/all?type=1&userRating!=-1', ['The General']],
    ['1/all?type=1&userRating%3E%3E=8.5', ['The General']],
    ['1/all?type=1&addedAt%3E%3E=2023-01-01', ['His Girl Friday']],
    ['1/all?type=1&addedAt%3E%3E=-30d', []],
    ['1/all?type=1&editionTitle=rest', ['Metropolis']],
    ['1/all?type=1&label=Overlay', ['Metropolis']],
    ['1/all?type=1&collection=Silent&sort=year%3Adesc', ['Metropolis', 'The General', 'Nosferatu']],
    ['1/all?type=1&sort=year%3Adesc&limit=2', ['Lock, Stock & "Barrel" <Ünïcode>', 'His Girl Friday']],
    ['1/all?type=1&push=1&year=1922&or=1&title%3D=M&pop=1', ['M', 'Nosferatu']],
    ['1/all?type=1&push=1&year=1922&or=1&title%3D=M&pop=1&and=1&resolution=720', ['M']],
    [
      '1/all?type=1&push=1&push=1&year=1922&and=1&genre=Horror&pop=1&or=1&push=1&year=1926&and=1&genre=Horror&pop=1&pop=1',
      ['Nosferatu'],
    ],
    ['1/all?type=1&id=104,101,9', ['M', 'Nosferatu']],
    ['1/all?type=1&id!=101,102,103,104,105', ['Lock, Stock & "Barrel" <Ünïcode>']],
    [
      '1/all?type=1&nonsense=5&nobody!=6',
      ['The General', 'His Girl Friday', 'Lock, Stock & "Barrel" <Ünïcode>', 'M', 'Metropolis', 'Nosferatu'],
    ],
    ['1/all?type=18&title=silent', ['Silent']],
    ['1/collections', ['Silent']],
    ['2/all?show.network=NBC', [dragnet]],
    ['2/all?type=2&episode.resolution=1080', ['The Honeymooners']],
    ['2/all?type=2&resolution=1080', ['The Honeymooners']],
    ['2/all?type=4&show.title%3D=dragnet', ['Episode 1', 'Episode 2']],
    ['2/all?type=4&episode.id=2021', ['Episode 1']],
    ['2/all?type=4&show.id=2100', ['Episode 1', 'Episode 2']],
    ['2/all?type=3&show.title%3D=Dragnet', ['Season 1']],
    ['2/all?type=2&episode.title%3D=Episode%203', ['The Honeymooners']],
    ['2/all?type=4&resolution=480&sort=show.titleSort%3Adesc&limit=1', ['Episode 1']],
    ['2/all?show.label=Classic', [dragnet]],
    ['2/all?type=4&episode.label=Classic', []],
  ]
  it.each(cases)('%s', async (query, found) => {
    expect(await client.titles(query)).toEqual(found)
  })

  it('ignores the parameters that it is set not to honour, as Plex ignores unknown ones', async () => {
    await using deaf = await startSamplePlex({ libraries: smallLibraries(), scopeHonours: { id: false, title: false } })
    const count = async (query: string) => {
      const response = await fetch(`${deaf.url}/library/sections/1/all?type=1&${query}`, {
        headers: { 'X-Plex-Token': deaf.token },
      })
      return parseXml(await response.text()).children.length
    }
    expect(await count('id=101')).toBe(6)
    expect(await count('title%3D=M')).toBe(6)
    expect(await count('title=ropol')).toBe(1)
    expect(await count('push=1&title%3D=M&or=1&title%3D=Metropolis&pop=1&and=1&resolution=720')).toBe(1)
  })

  it('finds the same with an index as one by one', async () => {
    const queries = [
      'genre=Comedy',
      'genre!=Comedy',
      'resolution=4k,720',
      'hdr=1',
      'hdr!=1',
      'year=1927',
      'label!=Overlay',
      'userRating=9.0',
      'studio=prana',
    ]
    for (const query of queries) {
      const whole = await client.titles(`1/all?type=1&${query}`)
      // With `id=` in the question, the few candidates are tried one by one.
      const few = await client.titles(`1/all?type=1&${query}&id=101,102,103,104,105,106`)
      expect(few, query).toEqual(whole)
    }
  })
})

describe('filters and fields', () => {
  it('lists the label filter and field that Kometa needs', async () => {
    const query = 'includeMeta=1&includeAdvanced=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0'
    const meta = (await client.container(`/library/sections/2/all?${query}`)).children[0]
    expect(meta?.children.filter((child) => child.name === 'Type').map((type) => type.attrs.type)).toEqual([
      'show',
      'season',
      'episode',
    ])
    const show = meta?.children[0]
    expect(show?.children.some((child) => child.name === 'Filter' && child.attrs.filter === 'label')).toBe(true)
    expect(show?.children.some((child) => child.name === 'Field' && child.attrs.key === 'show.label')).toBe(true)
    const collections = (await client.container(`/library/sections/1/collections?${query}`)).children[0]
    expect(collections?.children[0]?.attrs.type).toBe('collection')
  })

  it('answers every choice list that its own Meta names, with keys that find something', async () => {
    for (const section of [1, 2]) {
      const meta = (await client.container(`/library/sections/${section}/all?includeMeta=1&X-Plex-Container-Size=0`))
        .children[0]
      for (const type of meta?.children.filter((child) => child.name === 'Type') ?? []) {
        for (const filter of type.children.filter(
          (child) => child.name === 'Filter' && child.attrs.filterType !== 'boolean',
        )) {
          for (const choice of (await client.container(filter.attrs.key ?? '')).children) {
            const found = await client.container(choice.attrs.fastKey ?? '')
            expect(found.children.length, choice.attrs.fastKey).toBeGreaterThan(0)
          }
        }
      }
    }
  })
})
