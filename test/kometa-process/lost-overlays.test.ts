import { describe, expect, test } from 'vitest'
import { summarizeKometa } from '../../src/kometa/kometa-record.ts'
import { createLogParser } from '../../src/kometa/log-parser.ts'
import { lostOverlays } from '../../src/kometa/lost-overlays.ts'

interface Definition {
  name: string
  /** As Kometa prints it; none: the log has neither group nor weight. */
  rank?: string
  items: number
  suppresses?: string
}

const resolution = (weight: number) => `'group': 'resolution', 'weight': ${weight}`
const line = (file: string, level: string, text: string) =>
  `[2026-07-03 05:00:01,234] ${`[${file}:1]`.padEnd(27)} ${`[${level}]`.padEnd(10)} | ${text.padEnd(98)} |`
const info = (file: string, text: string) => line(file, 'INFO', text)

/** The lines of one library in Kometa 2.4.4's words, and what each item lost. */
function lostIn(
  definitions: readonly Definition[],
  items: Readonly<Record<string, readonly string[]>>,
  total?: number,
) {
  const count = total ?? Object.keys(items).length
  const lines = [
    info('config.py', 'Connecting to Films Library...'),
    info('config.py', 'Films Library Connection Successful'),
    info('kometa.py', 'Films Library'),
    info('overlays.py', 'Films Library Overlays'),
    ...definitions.flatMap(({ name, rank, items: n, suppresses }) => [
      info('builder.py', `${name} Overlay in Films`),
      ...(rank
        ? [line('meta.py', 'DEBUG', `{'plex_all': True, 'overlay': {'name': '${name}', ${rank}, 'font_size': 55}}`)]
        : []),
      ...(suppresses
        ? [
            line('builder.py', 'DEBUG', 'Validating Method: suppress_overlays'),
            line('builder.py', 'DEBUG', `Value: ${suppresses}`),
          ]
        : []),
      n > 0
        ? info('overlays.py', `${n} Items found for Overlay File (0) ${name}`)
        : line('overlays.py', 'WARNING', `No Items found for Overlay File (0) ${name}`),
    ]),
    info('overlays.py', 'Overlay Operation for the Films Library'),
    info('overlays.py', 'Applying Overlays for the Films Library'),
    ...Object.entries(items).flatMap(([title, worn], i) => [
      info('overlays.py', `(${i + 1}/${count}) ${title}`),
      info('overlays.py', `  Overlays Applied: ${worn.map((name) => `Overlay File (0) ${name}`).join(', ')}`),
    ]),
    info('overlays.py', 'Finished Films Library Overlays'),
  ]
  const parser = createLogParser()
  const record = summarizeKometa([...lines.flatMap((one) => parser.feed(one)), ...parser.end()])
  const [run] = record.runs
  if (!run) throw new Error('no run was read')
  expect(run.items.map(({ title }) => title)).toEqual(Object.keys(items))
  return [...lostOverlays(run)].flatMap(([{ title }, lost]) =>
    lost.map(
      ({ name, to, group, weight, to_weight }) => `${title}: ${name} to ${to} in ${group} (${to_weight} > ${weight})`,
    ),
  )
}

describe('what the log leaves no doubt of', () => {
  test('all that could have lost an overlay did', () => {
    const definitions = [
      { name: 'fourk', rank: resolution(100), items: 1 },
      { name: 'hd', rank: resolution(50), items: 2 },
    ]
    expect(lostIn(definitions, { Metropolis: ['fourk'], Nosferatu: ['hd'] })).toEqual([
      'Metropolis: hd to fourk in resolution (100 > 50)',
    ])
  })

  test('what matches nothing suppresses nothing', () => {
    const definitions = [
      { name: 'fourk', rank: resolution(100), items: 1 },
      { name: 'hd', rank: resolution(50), items: 1 },
      { name: 'edition', items: 0, suppresses: `['hd']` },
    ]
    expect(lostIn(definitions, { Metropolis: ['fourk'] })).toEqual(['Metropolis: hd to fourk in resolution (100 > 50)'])
  })

  test('a weight in quotes, a group with a quote, an overlay of another group beside it', () => {
    const definitions = [
      { name: 'fourk', rank: `'group': "the user's", 'weight': '100'`, items: 1 },
      { name: 'hd', rank: `'group': "the user's", 'weight': 50`, items: 1 },
      { name: 'sound', rank: `'group': 'sound', 'weight': 10`, items: 1 },
    ]
    expect(lostIn(definitions, { Metropolis: ['fourk', 'sound'] })).toEqual([
      "Metropolis: hd to fourk in the user's (100 > 50)",
    ])
  })
})

describe('nothing is said where there is a doubt', () => {
  const two = [
    { name: 'fourk', rank: resolution(100), items: 2 },
    { name: 'hd', rank: resolution(50), items: 1 },
  ]

  test('two could have lost it, and one did', () => {
    expect(lostIn(two, { Metropolis: ['fourk'], Nosferatu: ['fourk'] })).toEqual([])
  })

  test('it is suppressed somewhere', () => {
    for (const suppresses of [`['hd', 'sd']`, 'sd, hd']) {
      const definitions = [
        { name: 'fourk', rank: resolution(100), items: 1, suppresses },
        { name: 'hd', rank: resolution(50), items: 1 },
      ]
      expect(lostIn(definitions, { Metropolis: ['fourk'] }), suppresses).toEqual([])
    }
  })

  test('the items are not all in the log', () => {
    const definitions = [
      { name: 'fourk', rank: resolution(100), items: 1 },
      { name: 'hd', rank: resolution(50), items: 1 },
    ]
    expect(lostIn(definitions, { Metropolis: ['fourk'] }, 2)).toEqual([])
  })

  test('an overlay without a logged group may have been the winner', () => {
    const definitions = [
      { name: 'own', items: 1 },
      { name: 'hd', rank: resolution(50), items: 1 },
    ]
    expect(lostIn(definitions, { Metropolis: ['own'] })).toEqual([])
  })

  test('what an item wears weighs less than what it is said to have lost', () => {
    const definitions = [
      { name: 'fourk', rank: resolution(100), items: 1 },
      { name: 'hd', rank: resolution(50), items: 1 },
    ]
    expect(lostIn(definitions, { Metropolis: ['hd'] })).toEqual([])
  })
})
