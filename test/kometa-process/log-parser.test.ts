import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KometaEvent } from '../../src/kometa/log/read/log-events.ts'
import { createLogParser } from '../../src/kometa/log/read/log-parser.ts'
import { parseOverlayNames } from '../../src/kometa/log/words/overlay-names.ts'
import { summarizeKometa } from '../support/summarize-kometa.ts'

const folder = join(import.meta.dirname, '..', 'fixtures', 'kometa-logs')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

function parse(text: string, source: 'meta' | 'console' = 'meta'): KometaEvent[] {
  const parser = createLogParser()
  return [...text.split(/\r\n|\r|\n/).flatMap((line) => parser.feed(line, source)), ...parser.end()]
}
type Of<T extends KometaEvent['type']> = Extract<KometaEvent, { type: T }>
const only = <T extends KometaEvent['type']>(events: KometaEvent[], type: T) =>
  events.filter((event): event is Of<T> => event.type === type)
const mixed = parse(read('mixed.log'))
const results = only(mixed, 'item_ended').map(({ result }) => result)

describe('a whole run', () => {
  test('has its stages in order', () => {
    const stages = mixed
      .map(({ type }) => type)
      .filter((type) => /^(run|library|overlays|applying|removing|nothing)/.test(type))
    expect(stages).toEqual([
      'run_started',
      ...['library_connected', 'library_connected', 'library_failed', 'library_connected'],
      ...['library_started', 'overlays_started', 'removing', 'applying', 'overlays_finished'],
      ...['library_started', 'overlays_started', 'nothing_to_remove', 'applying', 'overlays_finished'],
      ...['library_started', 'overlays_started', 'removing', 'applying', 'overlays_finished'],
      'run_finished',
    ])
    expect(mixed.map(({ seq }) => seq)).toEqual(mixed.map((_, at) => at + 1))
    expect(only(mixed, 'version')).toMatchObject([{ version: '2.4.4' }])
    expect(only(mixed, 'server_connected')[0]).toMatchObject({
      server: 'Sample Plex',
      version: '1.41.9.9961-46083195d',
    })
  })

  test('identifies a library by its key in the config and its title in Plex', () => {
    expect(only(mixed, 'library_started').map(({ library }) => library)).toEqual([
      { mapping: 'Movies', title: 'Movies' },
      { mapping: 'My Shows', title: 'TV Shows' },
      { mapping: 'Movies again', title: 'Movies' },
    ])
    expect(only(mixed, 'library_failed')).toMatchObject([
      {
        library: { mapping: 'Ghost' },
        reason: "Plex Error: Plex Library 'Ghost' not found. Options: ['Movies', 'TV Shows']",
      },
    ])
    expect(only(mixed, 'overlay_file_failed')).toMatchObject([
      { library: { mapping: 'Movies' }, reason: 'File Error: File does not exist /config/missing.yml' },
    ])
  })
})

describe('the definitions of a run', () => {
  test('counts definitions and reports what became of each', () => {
    const movies = only(mixed, 'definition').filter(({ library }) => library.mapping === 'Movies')
    expect(movies.map(({ name, count }) => `${count} ${name}`)).toEqual([
      ...['1 Everything, Or Nearly', '2 Rating', '3 Missing Image', '4 Bad Attribute', '5 No Match', '6 Bad Label'],
      ...['7 Bad Filter', '8 Not For Movies', '9 No Rating', '10 Queue One', '11 Queue Two'],
    ])
    expect(
      only(mixed, 'definition_failed')
        .slice(0, 5)
        .map(({ name, reason, blank }) => [name, reason, blank]),
    ).toEqual([
      ['Missing Image', "Overlay Error: Overlay image not found at 'config/overlays/nowhere.png'", false],
      ['Bad Attribute', "Overlay Error: 'nonsense' attribute not allowed in an Overlay File", false],
      ['No Match', 'Plex Error: No Items found in Plex', true],
      ['Bad Label', 'Plex Error: label: NoSuchLabel not found', true],
      ['Bad Filter', 'Plex Error: resolution: 9k not found', true],
    ])
    expect(only(mixed, 'definition_skipped')).toMatchObject([{ name: 'Not For Movies' }])
    expect(only(mixed, 'definition_limited')).toMatchObject([
      { name: 'Again, And Again', library: { mapping: 'Movies again' } },
    ])
    expect(only(mixed, 'definition_matched').find(({ name }) => name === 'No Rating')).toMatchObject({ items: 2 })
  })

  test('names the definitions that search in random order and use only some of the results', () => {
    expect(only(mixed, 'definition_random')).toEqual([])
    // The same log, but the first search of the config has `sort_by: random`, and the second has it among others.
    const parts = read('mixed.log').split("Sort By: ['title.asc']")
    const limit = `\n${' '.repeat(65)}| Limit: 5`
    const unlimited = [parts[0], "Sort By: ['random']", ...parts.slice(1)]
    expect(only(parse(unlimited.join('')), 'definition_random')).toEqual([])
    const sorts = [`Sort By: ['random']${limit}`, `Sort By: ['year.desc', 'random']${limit}`]
    const random = [parts[0], sorts[0], parts[1], sorts[1], ...parts.slice(2)]
    expect(only(parse(random.join('')), 'definition_random').map(({ name }) => name)).toEqual([
      'Everything, Or Nearly',
      'Rating',
    ])
  })
})

describe('the items of a run', () => {
  test('gives each item its own result, even if titles are equal or contain a colon', () => {
    const shown = results.map(({ library, title, outcome, overlays }) => [
      library.mapping,
      title,
      outcome,
      overlays.map(({ name }) => name),
    ])
    expect(shown.slice(0, 8)).toEqual([
      ['Movies', 'The General: Part 1, 2', 'failed', ['Queue One', 'Queue Two']],
      ['Movies', 'Labelled', 'applied', ['Everything, Or Nearly']],
      ['Movies', 'Marked', 'failed', ['Everything, Or Nearly']],
      ['Movies', 'Metropolis', 'applied', ['Everything, Or Nearly', 'Rating']],
      ['Movies', 'No Poster', 'failed', []],
      ['Movies', 'Nosferatu', 'applied', ['Everything, Or Nearly', 'No Rating']],
      ['Movies', 'Nosferatu', 'applied', ['Everything, Or Nearly', 'No Rating']],
      ['Movies', 'Änderung | Pipe', 'applied', ['Everything, Or Nearly']],
    ])
    expect(shown.slice(8).map(([library, title, outcome]) => `${library}: ${title}: ${outcome}`)).toEqual([
      ...['Serial', 'Serial S00E01', 'Serial S01E01', 'Serial S01E02', 'Serial Season 0', 'Serial Season 1'].map(
        (title) => `My Shows: ${title}: applied`,
      ),
      ...['The General: Part 1, 2', 'Labelled', 'Loses Its Overlay'].map((title) => `Movies again: ${title}: applied`),
    ])
  })

  test('a failed item has Kometa’s words, even if it failed before it was named', () => {
    expect(results[0]).toMatchObject({
      index: null,
      reason: "Overlay Error: Overlays in a queue cannot have the same 'weight' value",
      logLines: [
        "Overlay Error: Overlays in a queue cannot have the same 'weight' value",
        'Overlays Attempted on The General: Part 1, 2: Overlay File (0) Queue One, Overlay File (0) Queue Two',
      ],
    })
    expect(results[2]).toMatchObject({ index: 3, total: 8, reason: expect.stringContaining('already has an Overlay') })
    expect(results[4]).toMatchObject({ index: 5, reason: 'Overlay Error: No poster found', overlays: [] })
    expect(results[5]?.warnings).toEqual(["Overlay Error: No '<<user_rating>>' found"])
    expect(results[5]?.reason).toBeNull()
  })

  test('keeps both names of an overlay', () => {
    expect(parseOverlayNames('Overlay File (0) A, B, Overlay File (12) C')).toEqual([
      { name: 'A, B', full: 'Overlay File (0) A, B' },
      { name: 'C', full: 'Overlay File (12) C' },
    ])
    expect(parseOverlayNames('')).toEqual([])
  })
})

test('a definition that ends without a word did not fail: Plex has nothing that it searches for', () => {
  const at = '[2026-11-30 17:12:51,311]'
  const line = (place: string, level: string, text: string) =>
    `${at} ${`[${place}]`.padEnd(27)} ${`[${level}]`.padEnd(10)} | ${text.padEnd(98)} |`
  const silent = [
    line('builder.py:696', 'INFO', '7mate Overlay in Movies'),
    line('builder.py:1147', 'DEBUG', 'Value: True'),
  ]
  const lines = read('mixed.log').split('\n')
  const next = lines.findIndex((text) => text.includes('Rating Overlay in Movies'))
  const events = parse([...lines.slice(0, next), ...silent, ...lines.slice(next)].join('\n'))
  const failed = only(events, 'definition_failed')
  expect(failed.filter(({ name }) => name === '7mate')).toMatchObject([{ blank: true }])
  expect(failed.filter(({ name }) => name !== '7mate')).toHaveLength(only(mixed, 'definition_failed').length)
})

test('if several items were drawn at once, only failures are reported', () => {
  // One more item reports its overlays than the log has opened.
  const lines = read('mixed.log').split('\n')
  const first = lines.findIndex((line) => line.includes('Overlays Applied:'))
  const moved = lines.toSpliced(first, 0, lines[first] ?? '')
  const events = parse(moved.join('\n'))
  expect(only(events, 'items_mixed').length).toBeGreaterThan(0)
  const [run, ...others] = summarizeKometa(events).runs
  expect(run?.mixed).toBe(true)
  expect(run?.items.filter(({ outcome }) => outcome !== 'failed').flatMap(({ overlays }) => overlays)).toEqual([])
  expect(others.map(({ mixed }) => mixed)).not.toContain(true)
})

describe('other ends of an item', () => {
  test('an unexpected error is reported with its text and class', () => {
    const items = only(parse(read('retried-upload.log')), 'item_ended').map(({ result }) => result)
    expect(items.find(({ outcome }) => outcome === 'failed')).toBeDefined()
    const failed = items.filter(({ title, outcome }) => title === 'Nosferatu' && outcome === 'failed')
    expect(failed).toMatchObject([{ reason: expect.stringMatching(/ParseError.*tenacity\.RetryError/) }])
  })
  test('refused uploads', () => {
    const items = only(parse(read('uploads-refused.log')), 'item_ended').map(({ result }) => result)
    expect(items.filter(({ title }) => title === 'Nosferatu').map(({ reason }) => reason)).toEqual([
      expect.stringContaining('(400) bad_request'),
      expect.stringContaining('(403) forbidden'),
    ])
  })
  test('nothing to update', () => {
    const items = only(parse(read('cached.log')), 'item_ended').map(({ result }) => result)
    expect(items.filter(({ outcome }) => outcome === 'unchanged').length).toBeGreaterThan(5)
    expect(items[0]).toMatchObject({ outcome: 'unchanged', overlays: [{ name: 'Everything' }] })
  })
  test('removal', () => {
    expect(only(parse(read('removal.log')), 'removing')).toMatchObject([{ all: false }])
    expect(only(parse(read('remove-overlays.log')), 'removing')).toMatchObject([{ all: true }])
  })
  test('a log that breaks off within an item leaves it unfinished', () => {
    const whole = read('mixed.log').split('\n')
    const cut = whole.findIndex((line) => line.includes('(4/8) Metropolis'))
    const items = only(parse(whole.slice(0, cut + 1).join('\n')), 'item_ended')
    expect(items.at(-1)?.result).toMatchObject({ title: 'Metropolis', outcome: 'unfinished', endedAt: null })
  })
})

describe('the console', () => {
  test('has progress', () => {
    const events = parse(read('mixed.stdout.txt'), 'console')
    expect(only(events, 'drawing')[3]).toMatchObject({ done: 4, total: 8, title: 'Metropolis' })
    expect(only(events, 'restoring')[0]).toMatchObject({ done: 1, total: 1, title: 'Loses Its Overlay' })
    expect(only(events, 'loading')[0]).toMatchObject({ done: 10, total: 10, title: '' })
  })
  test.each([
    ['requirements-missing.stdout.txt', /^Requirements Error: .*\(No module named 'arrapi'\)$/],
    ['no-packaging.stderr.txt', /^ModuleNotFoundError: No module named 'packaging'$/],
  ])('says why there is no log: %s', (file, text) => {
    expect(parse(read(file), 'console')).toMatchObject([{ type: 'startup_failed', text: expect.stringMatching(text) }])
  })
})

describe('whatever a line contains', () => {
  test('a title cannot pass for a stage', () => {
    const forged = [
      'Finished Run',
      'Movies Library',
      'Connecting to X Library...',
      'Overlay Operation for the Movies Library',
    ]
    const [head = '', title = ''] = read('mixed.log').split(/(?=\[[^\]]+\] \[overlays\.py:211\] .*Metropolis)/)
    expect(title).toContain('(4/8) Metropolis')
    const lines = forged.map((text) => title.split('\n')[0]?.replace('(4/8) Metropolis', text) ?? '')
    const events = parse([head, ...lines].join('\n'))
    expect(only(events, 'run_finished')).toEqual([])
    expect(only(events, 'library_started')).toHaveLength(1)
  })

  test('nothing throws', () => {
    const lines = read('mixed.log').split('\n')
    const piece = fc.oneof(
      fc.constantFrom(...lines),
      fc.string(),
      fc.constantFrom(...lines).map((line) => line.slice(20)),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.boolean(), (some, console) => {
        for (const event of parse(some.join('\n'), console ? 'console' : 'meta')) expect(event.seq).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })
})
