import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { displayTitle } from '../../src/plex/items/item.ts'
import { findSection, type TargetLibrary, type TargetServer } from '../../src/plex/lookup/library-lookup.ts'
import { checkPreviewTargets } from '../../src/plex/lookup/preview-targets.ts'
import { type ResolveContext, resolveTargets } from '../../src/plex/lookup/resolve-target.ts'
import { type OpenPlex, openSamplePlex } from './open-plex.ts'
import { kids, movies, shows } from './sample-libraries.ts'

let open: OpenPlex
let other: OpenPlex
let home: TargetServer
let context: ResolveContext

const library = (mappingName: string, sectionId: string, server = 'home'): TargetLibrary => ({
  mappingName,
  libraryName: sectionId === '2' ? 'TV Shows' : 'Movies',
  sectionId,
  sectionType: sectionId === '2' ? 'show' : 'movie',
  server,
})

beforeAll(async () => {
  open = await openSamplePlex({ libraries: [movies, shows, kids], friendlyName: 'Attic' })
  other = await openSamplePlex({
    libraries: [{ ...movies, items: [{ type: 'movie', ratingKey: '101', title: 'Gertie', year: 1914 }] }],
    machineIdentifier: 'ffff0123456789abcdef0123456789abcdef0000',
  })
  home = { key: 'home', machineIdentifier: open.plex.machineIdentifier, name: 'Attic', reader: open.reader }
  context = {
    servers: [home],
    libraries: [library('Movies', '1'), library('Shows', '2'), library('Movies again', '1')],
  }
})
afterAll(async () => {
  expect(open.plex.writes).toEqual([])
  await open[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
})

const keysOf = async (spec: string, where = context): Promise<string[]> =>
  (await resolveTargets([spec], where)).map(({ item }) => item.ratingKey)

describe('one item', () => {
  test.each([
    ['101', '101'],
    ['Metropolis (2001)', '102'],
    ['metropolis (2001)', '102'],
    ['Amélie', '105'],
    ['amelie', '105'],
    ['Amelie (2001)', '105'],
    ['Class of (2019)', '108'],
    ['Class of (2019) (2018)', '108'],
    ['Paris, Texas', '109'],
    ['paris texas', '109'],
    ['The Return of Season 1', '110'],
    [`Tom & Jerry's "Night" - Part|Two`, '111'],
    ['tom and jerrys night part two', '111'],
    ['千と千尋の神隠し', '112'],
    ['the golem', '300'],
    ['golem', '300'],
    ['Fantomas', '200'],
    ['fantômas s01e02', '2112'],
    ['Fantomas (1913) S02E03', '2123'],
    ['Fantômas Season 2', '212'],
    ['Fantômas Specials', '210'],
    ['Fantômas S00E01', '2101'],
    ['Doctor (2005) S01E01', '2211'],
    ['Doctor Season 1', '221'],
    ['plex://movie/5d776825880197001ec90a8e', '101'],
  ])('%s is %s', async (spec, ratingKey) => {
    expect(await keysOf(spec)).toEqual([ratingKey])
  })

  test('comes complete, with all libraries of the config on its section', async () => {
    const [target] = await resolveTargets(['Metropolis (2001)'], context)
    expect(target).toMatchObject({ spec: 'Metropolis (2001)', server: 'home', notes: [] })
    expect(target?.library.mappingName).toBe('Movies')
    expect(target?.libraries.map(({ mappingName }) => mappingName)).toEqual(['Movies', 'Movies again'])
    const [labelled] = await resolveTargets(['101'], context)
    expect(labelled?.item.labels).toEqual(['Overlay', 'Silent'])
    const [part] = await resolveTargets(['Fantômas S01E02'], context)
    expect(part && displayTitle(part.item)).toBe('Fantômas S01E02')
    expect(part?.item.sectionId).toBe('2')
  })

  test('a number is first taken as a ratingKey, without a note, and otherwise as a title', async () => {
    const [key] = await resolveTargets(['300'], context)
    expect(key?.item.title).toBe('The Golem')
    expect(key?.notes).toEqual([])
    const [title] = await resolveTargets(['1917'], context)
    expect(title?.item.ratingKey).toBe('107')
    expect(title?.notes.join()).toContain('no item has the ratingKey 1917')
    expect(await keysOf('300 (2006)')).toEqual(['113'])
  })

  test('a title that only contains the text is used if it is the only one, with a note', async () => {
    const [target] = await resolveTargets(['golem'], context)
    expect(target?.notes).toEqual(['no title is exactly "golem": "The Golem" is taken'])
  })

  test('an item that two SPECs name is returned once', async () => {
    const targets = await resolveTargets(['Amélie', '105', '101'], context)
    expect(targets.map(({ item }) => item.ratingKey)).toEqual(['105', '101'])
    expect(targets[0]?.notes.join()).toContain('names the same item')
  })

  test('a Plex Web address of this server', async () => {
    const id = open.plex.machineIdentifier
    expect(await keysOf(`https://app.plex.tv/desktop/#!/server/${id}/details?key=%2Flibrary%2Fmetadata%2F211`)).toEqual(
      ['211'],
    )
    await expect(
      keysOf('https://app.plex.tv/desktop/#!/server/0000000000000000/details?key=%2Flibrary%2Fmetadata%2F211'),
    ).rejects.toMatchObject({
      code: 'TARGET_UNKNOWN',
      message: expect.stringContaining('another server'),
      hint: expect.stringContaining(id),
    })
  })
})

describe('more than one item', () => {
  test('the candidates are listed', async () => {
    await expect(keysOf('Metropolis')).rejects.toMatchObject({
      code: 'TARGET_AMBIGUOUS',
      exitCode: 2,
      details: ['101  Movies  Metropolis  1927', '102  Movies  Metropolis  2001', '202  Shows   Metropolis  1927'],
    })
    await expect(keysOf('Nosferatu (1922)')).rejects.toMatchObject({
      details: ['103  Movies  Nosferatu  1922  Restored', '104  Movies  Nosferatu  1922  Original'],
    })
  })

  test('--library narrows, by mapping name or by Plex name', async () => {
    expect(await keysOf('Metropolis', { ...context, library: 'Shows' })).toEqual(['202'])
    expect(await keysOf('Metropolis', { ...context, library: 'tv shows' })).toEqual(['202'])
    await expect(keysOf('101', { ...context, library: 'Shows' })).rejects.toMatchObject({
      code: 'TARGET_UNKNOWN',
      message: '"101" is "Metropolis (1927)" in the Plex library "Movies"',
    })
    await expect(keysOf('101', { ...context, library: 'Nope' })).rejects.toMatchObject({
      code: 'LIBRARY_UNKNOWN',
      hint: 'Libraries with overlays: Movies, Shows, Movies again.',
    })
  })

  test('two servers with one ratingKey', async () => {
    const guest = { key: 'guest', machineIdentifier: other.plex.machineIdentifier, name: 'Guest', reader: other.reader }
    const both: ResolveContext = {
      servers: [home, guest],
      libraries: [library('Movies', '1'), library('Guest films', '1', 'guest')],
    }
    await expect(keysOf('101', both)).rejects.toMatchObject({ code: 'TARGET_AMBIGUOUS' })
    const url = `https://app.plex.tv/desktop/#!/server/${guest.machineIdentifier}/details?key=%2Flibrary%2Fmetadata%2F101`
    expect((await resolveTargets([url], both))[0]).toMatchObject({ server: 'guest', item: { title: 'Gertie' } })
    const twice: ResolveContext = {
      servers: [home, { ...home, key: 'again' }],
      libraries: [library('Movies', '1'), library('Again', '1', 'again')],
    }
    expect(await keysOf('101', twice)).toEqual(['101'])
  })
})

describe('no item', () => {
  test.each([
    ['999999', /no item "999999"/, /ratingKey/],
    ['Metroplis', /no item "Metroplis"/, /Near it: .*Metropolis \(1927\) \(ratingKey 101\)/],
    ['Metropolis (1931)', /no item/, /Metropolis \(1927\)/],
    ['Fantômas Season 7', /no item/, /"Fantômas \(1913\)" has seasons 0, 1, 2/],
    ['Fantômas S02E09', /no item/, /has episodes 1, 2, 3/],
    ['190', /no item "190"/, /./],
    ['Gertie', /no item/, /./],
    ['301', /"301" is "Gertie \(1914\)" in the Plex library "Kids"/, /no overlays/],
    ['plex://movie/0000000000', /no item/, /./],
  ])('%s', async (spec, message, hint) => {
    await expect(keysOf(spec)).rejects.toMatchObject({
      code: 'TARGET_UNKNOWN',
      exitCode: 2,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    })
  })

  test('no SPEC at all', async () => {
    await expect(resolveTargets([], context)).rejects.toMatchObject({ code: 'TARGETS_NONE' })
  })
})

describe('the targets of preview.yml', () => {
  const check = (...targets: Parameters<typeof checkPreviewTargets>[0]) => checkPreviewTargets(targets, context)

  test('Plex decides about type and library', async () => {
    const checked = await check(
      { id: 'a', ratingKey: '101', type: 'movie', library: 'Movies' },
      { id: 'b', ratingKey: '211', type: 'show', library: 'Movies' },
      { id: 'c', ratingKey: undefined, title: 'Nothing' },
      { id: 'd', ratingKey: '2112', library: 'TV Shows' },
    )
    expect(checked.map(({ id, item, library: { mappingName } }) => [id, item.type, mappingName])).toEqual([
      ['a', 'movie', 'Movies'],
      ['b', 'season', 'Shows'],
      ['d', 'episode', 'Shows'],
    ])
    expect(checked.map(({ notes }) => notes)).toEqual([
      [],
      [
        'target "b" is a season in Plex ("Fantômas Season 1"), not a show',
        'target "b" is in the library "TV Shows" in Plex, not in "Movies"',
      ],
      [],
    ])
  })

  test('an unknown ratingKey, and one outside the libraries with overlays', async () => {
    await expect(
      check({ id: 'a', ratingKey: '101' }, { id: 'b', ratingKey: '999' }, { id: 'c', ratingKey: '301' }),
    ).rejects.toMatchObject({
      code: 'TARGET_UNKNOWN',
      exitCode: 2,
      message: 'target "b": Plex has no item with the ratingKey 999 (and 1 more)',
      details: [
        expect.stringContaining('"b"'),
        expect.stringContaining('"Gertie (1914)" (ratingKey 301) is in the Plex library "Kids"'),
      ],
    })
  })

  test('two servers: the library decides which one', async () => {
    const guest = { key: 'guest', machineIdentifier: other.plex.machineIdentifier, name: 'Guest', reader: other.reader }
    const both = { servers: [home, guest], libraries: [library('Movies', '1'), library('Guest films', '1', 'guest')] }
    const [named] = await checkPreviewTargets([{ id: 'a', ratingKey: '101', library: 'Guest films' }], both)
    expect(named).toMatchObject({ server: 'guest', item: { title: 'Gertie' }, notes: [] })
    const [unnamed] = await checkPreviewTargets([{ id: 'a', ratingKey: '101' }], both)
    expect(unnamed).toMatchObject({ server: 'home', notes: [expect.stringContaining('2 servers')] })
  })
})

describe('the libraries of the config', () => {
  test('exactly as Kometa looks them up', async () => {
    const { list: sections } = await open.reader.sections()
    expect(findSection(sections, 'Movies', 'Attic').key).toBe('1')
    expect(() => findSection(sections, 'movies', 'Attic')).toThrow(
      expect.objectContaining({ code: 'LIBRARY_UNKNOWN', hint: expect.stringContaining('"Movies"') }),
    )
    expect(() => findSection(sections, 'Films', 'Attic')).toThrow(
      expect.objectContaining({ exitCode: 2, hint: 'Its libraries: Movies, TV Shows, Kids.' }),
    )
    const [section] = sections
    if (!section) throw new Error('no section')
    expect(() => findSection([{ ...section, allowSync: false }], 'Movies', 'Attic')).toThrow(
      expect.objectContaining({ code: 'PLEX_TOKEN_REFUSED' }),
    )
    expect(() => findSection([{ ...section, type: 'photo' }], 'Movies', 'Attic')).toThrow(
      expect.objectContaining({ code: 'LIBRARY_UNKNOWN' }),
    )
  })
})
