import { describe, expect, test } from 'vitest'
import { leftOutWords } from '../../src/contract/left-out.ts'
import { leftOut } from '../../src/kometa/log/outcome/left-out-overlays.ts'
import { createLogParser } from '../../src/kometa/log/read/log-parser.ts'
import { summarizeKometa } from '../support/summarize-kometa.ts'

interface Definition {
  name: string
  /** The value of `overlay:` as Python prints it. */
  overlay: string
  /** Titles of the items that the definition found. */
  found: readonly string[]
  suppresses?: string
  file?: number
}

const line = (file: string, level: string, text: string) =>
  `[2026-07-03 05:00:01,234] ${`[${file}:1]`.padEnd(27)} ${`[${level}]`.padEnd(10)} | ${text.padEnd(98)} |`
const info = (file: string, text: string) => line(file, 'INFO', text)
const debug = (file: string, text: string) => line(file, 'DEBUG', text)

interface Worn {
  overlays: readonly string[]
  says?: readonly [level: string, text: string][]
}

/**
 * Feeds the lines of one library in the words of Kometa 2.4.4, and returns what is in the picture of its first item.
 */
function claimOf(definitions: readonly Definition[], { overlays, says = [] }: Worn, places: number | null = null) {
  const lines = [
    info('config.py', 'Connecting to Films Library...'),
    info('config.py', 'Films Library Connection Successful'),
    info('kometa.py', 'Films Library'),
    info('overlays.py', 'Films Library Overlays'),
    ...definitions.flatMap(({ name, overlay, found, suppresses, file = 0 }) => [
      info('builder.py', `${name} Overlay in Films`),
      ...(suppresses
        ? [debug('builder.py', 'Validating Method: suppress_overlays'), debug('builder.py', `Value: ${suppresses}`)]
        : []),
      debug('overlay.py', 'Validating Method: overlay'),
      debug('overlay.py', `Value: ${overlay}`),
      ...found.map((title) => info('builder.py', `${name} Overlay | = | ${title}`)),
      found.length > 0
        ? info('overlays.py', `${found.length} Items found for Overlay File (${file}) ${name}`)
        : line('overlays.py', 'WARNING', `No Items found for Overlay File (${file}) ${name}`),
    ]),
    info('overlays.py', 'Overlay Operation for the Films Library'),
    info('overlays.py', 'Applying Overlays for the Films Library'),
    info('overlays.py', '(1/1) M'),
    ...says.map(([level, text]) => line('overlays.py', level, `  ${text}`)),
    info('overlays.py', `  Overlays Applied: ${overlays.join(', ')}`),
    info('overlays.py', 'Finished Films Library Overlays'),
  ]
  const parser = createLogParser()
  const record = summarizeKometa([...lines.flatMap((one) => parser.feed(one)), ...parser.end()])
  const [run] = record.runs
  const [item] = run?.items ?? []
  if (!run || !item) throw new Error('no item was read')
  const { applied, lost, suppressed, without_place, without_value } = leftOut(item, {
    matched: run.matched,
    listTitle: 'M (1931)',
    places: () => places,
  })
  const words = leftOutWords({
    overlays_lost: lost,
    overlays_suppressed: suppressed,
    overlays_without_place: without_place,
    overlays_without_value: without_value,
  })
  return { applied: applied.map(({ name }) => name), words: words.map(({ name, why }) => `${name}: ${why}`) }
}

const ranked = (name: string, weight: number) => `{'name': '${name}', 'group': 'g', 'weight': ${weight}}`
const M = ['M (1931)']

describe('an overlay that lost in its group', () => {
  test('to a heavier overlay, and to an earlier one of the same weight', () => {
    const definitions = [
      { name: '4K', overlay: ranked('4K', 20), found: M },
      { name: 'HD', overlay: ranked('HD', 20), found: M },
      { name: 'SD', overlay: ranked('SD', 5), found: M },
      { name: 'VHS', overlay: ranked('VHS', 1), found: ['Other (1900)'] },
    ]
    expect(claimOf(definitions, { overlays: ['Overlay File (0) 4K'] })).toEqual({
      applied: ['4K'],
      words: [
        'HD: lost to 4K in the group "g" (both weigh 20: the first one wins)',
        'SD: lost to 4K in the group "g" (20 against 5)',
      ],
    })
  })
})

describe('an overlay that is suppressed', () => {
  const plain = "{'name': 'text(B)'}"

  test('is reported with the overlay that suppresses it', () => {
    const definitions = [
      { name: 'fourk', overlay: plain, found: M, suppresses: "['hdr', 'never']" },
      { name: 'hdr', overlay: plain, found: M },
    ]
    expect(claimOf(definitions, { overlays: ['Overlay File (0) fourk'] })).toEqual({
      applied: ['fourk'],
      words: ['hdr: fourk suppresses it'],
    })
  })

  test('is not suppressed if it is in another file, and is not reported', () => {
    const definitions = [
      { name: 'fourk', overlay: plain, found: M, suppresses: 'hdr' },
      { name: 'hdr', overlay: plain, found: M, file: 1 },
    ]
    const overlays = ['Overlay File (0) fourk', 'Overlay File (1) hdr']
    expect(claimOf(definitions, { overlays })).toEqual({ applied: ['fourk', 'hdr'], words: [] })
  })
})

describe('a queue', () => {
  const queued = (name: string, weight: number) => ({
    name,
    overlay: `{'name': 'text(${name})', 'queue': 'corner', 'weight': ${weight}}`,
    found: M,
  })
  const overlays = ['Overlay File (0) q1', 'Overlay File (0) q2', 'Overlay File (0) q3']
  const definitions = [queued('q1', 10), queued('q2', 30), queued('q3', 20)]

  test('draws its heaviest overlays, one for each place', () => {
    expect(claimOf(definitions, { overlays }, 1)).toEqual({
      applied: ['q2'],
      words: [
        'q3: no place left in the queue "corner": it has one place, which q2 has',
        'q1: no place left in the queue "corner": it has one place, which q2 has',
      ],
    })
    expect(claimOf(definitions, { overlays }, 2).applied).toEqual(['q2', 'q3'])
  })

  test('is not reported if its file cannot be read', () => {
    expect(claimOf(definitions, { overlays }, null)).toEqual({ applied: ['q1', 'q2', 'q3'], words: [] })
  })
})

describe('a text overlay whose value the item lacks', () => {
  const text = (name: string, words: string) => ({ name, overlay: `{'name': '${words}', 'font_size': 90}`, found: M })

  test('from Plex, also in the old spelling and within a longer text', () => {
    const definitions = [
      text('critic', 'text(<<critic_rating#>>)'),
      text('old', 'text(user_rating0)'),
      text('both', 'text(<<audience_rating%>> of <<edition>>)'),
      text('there', 'text(<<title>>)'),
    ]
    const overlays = definitions.map(({ name }) => `Overlay File (0) ${name}`)
    const says = [
      ['WARNING', "Overlay Error: No '<<critic_rating#>>' found"],
      ['WARNING', "Overlay Error: No '<<user_rating>>' found"],
      ['WARNING', "Overlay Error: No '71 of <<edition>>' found"],
    ] as const
    expect(claimOf(definitions, { overlays, says: says.map(([level, words]) => [level, words]) })).toEqual({
      applied: ['there'],
      words: [
        'critic: Plex has no critic rating for it',
        'old: Plex has no user rating for it',
        'both: Plex has no edition for it',
      ],
    })
  })

  test('from another service, with the reason, in the words of 2.4 and of 2.5', () => {
    const definitions = [
      text('imdb', 'text(<<imdb_rating>>)'),
      text('tomato', 'text(<<mdb_tomatoes_rating%>>)'),
      text('imdb again', 'text(<<imdb_rating#>>)'),
    ]
    const overlays = definitions.map(({ name }) => `Overlay File (0) ${name}`)
    const says: [string, string][] = [
      ['WARNING', "Overlay Error: No 'imdb_rating' found for M"],
      ['ERROR', 'Mapping/Convert Error: No MdbItem for M (Guid: plex://movie/1)'],
      ['WARNING', "Overlay Warning: No 'mdb_tomatoes_rating' found for 'M'"],
      ['WARNING', "Overlay Error: No 'imdb_rating' found for M"],
    ]
    expect(claimOf(definitions, { overlays, says })).toEqual({
      applied: [],
      words: [
        'imdb: there is no IMDb rating for it',
        'tomato: there is no MDBList tomatoes rating for it: ' +
          'Mapping/Convert Error: No MdbItem for M (Guid: plex://movie/1)',
        'imdb again: there is no IMDb rating for it',
      ],
    })
  })
})
