import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCheckContext } from '../../../../src/config/overlays/check-context.ts'
import {
  faultsOfFile,
  findDefinitionFaults,
} from '../../../../src/config/overlays/definition-faults/find-definition-faults.ts'
import { loadJobConfig } from '../../../../src/config/read/user-config.ts'
import { findCorpus } from '../../../cases/corpus.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'definition-faults-'))
  await put('kometa/fonts/Roboto-Medium.ttf', 'x')
  await put('kometa/defaults/overlays/images/4K.png', 'x')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function put(path: string, text: string): Promise<void> {
  const full = join(dir, path)
  await mkdir(dirname(full), { recursive: true })
  await writeFile(full, text)
}

async function load(overlayFiles: string, kometaDir = join(dir, 'kometa')) {
  await put(
    'user/config/config.yml',
    `plex: {url: "http://a:1", token: t}\nlibraries:\n  Movies: {overlay_files: ${overlayFiles}}\n`,
  )
  const config = await loadJobConfig({ kind: 'config', configPath: join(dir, 'user/config/config.yml') }, { env: {} })
  return { config, options: { kometaDir, env: { XDG_DATA_DIRS: join(dir, 'xdg') } } }
}

/** What is reported about a library "Movies" with these overlay_files. */
async function find(overlayFiles = '[{file: config/o.yml}]') {
  const { config, options } = await load(overlayFiles)
  const [library] = config.libraries
  if (!library) throw new Error('no library')
  const { lines, nothingLeft } = await findDefinitionFaults(config, library, options)
  return { lines: lines.map((line) => line.replaceAll(dir, 'DIR')), nothingLeft }
}

const good = '  good: {plex_all: true, overlay: {name: blur(5)}}\n'
const drawn = (overlay: string) => `{plex_all: true, overlay: {${overlay}}}`
const text = (more: string) =>
  drawn(`name: text(A), horizontal_align: left, horizontal_offset: 1, vertical_align: top, vertical_offset: 1, ${more}`)
const backdrop = (more: string) => drawn(`name: backdrop, ${more}`)

const kinds: [string, string, string][] = [
  ['no value', '', 'Kometa skips a definition without a value'],
  ['no mapping', 'just text', 'Config Warning: an overlay must be a dictionary'],
  ['no builder', '{overlay: {name: blur(5)}, filters: {year: 1999}}', 'Overlay Error: No builders were found'],
  ['no name', drawn('font_size: 4'), "Overlay Error: Overlays must have the 'name' attribute"],
  ['blank name', drawn('name: ""'), "Overlay Error: Overlays must have the 'name' attribute"],
  [
    'unknown queue',
    drawn('name: blur(5), queue: corner, weight: 1'),
    "Overlay Error: Specified queue 'corner' not found",
  ],
  [
    'weight',
    drawn('name: blur(5), weight: heavy'),
    'Overlay Error: overlay weight attribute heavy must be an integer 0 or greater',
  ],
  [
    'float',
    drawn('name: blur(5), weight: 1.0'),
    'Overlay Error: overlay weight attribute 1.0 must be an integer 0 or greater',
  ],
  [
    'group',
    drawn('name: blur(5), group: g'),
    "Overlay Error: Overlay attribute 'group' requires the 'weight' attribute",
  ],
  [
    'queue weight',
    drawn('name: blur(5), queue: known'),
    "Overlay Error: Overlay attribute 'queue' requires the 'weight' attribute",
  ],
  [
    'both',
    drawn('name: blur(5), queue: known, group: g, weight: 1'),
    "Overlay Error: Overlay attributes 'group' and 'queue' cannot be used together",
  ],
  [
    'align',
    backdrop('horizontal_align: middle'),
    'Overlay Error: overlay horizontal_align attribute middle must be in [left, center, right]',
  ],
  ['blank align', backdrop('vertical_align: '), 'Overlay Error: overlay vertical_align attribute is blank'],
  [
    'offset',
    backdrop('horizontal_offset: 10px, vertical_offset: 1'),
    'Overlay Error: overlay horizontal_offset: 10px must be a number',
  ],
  [
    'below 0',
    backdrop('horizontal_offset: -5, vertical_offset: 1'),
    'Overlay Error: overlay horizontal_offset: -5 must be a number 0 or greater',
  ],
  [
    'percent',
    backdrop('horizontal_offset: 1, vertical_offset: 60%, vertical_align: center'),
    'Overlay Error: overlay vertical_offset: 60% must be a number between -50% and 50%',
  ],
  [
    'one offset',
    backdrop('horizontal_offset: 5'),
    "Overlay Error: Overlay attributes 'horizontal_offset' and 'vertical_offset' must be used together",
  ],
  ['scale', backdrop('scale_width: wide'), 'Overlay Error: overlay scale_width: wide must be a number or a percent'],
  ['colour', backdrop('back_color: "#12345"'), "Overlay Error: Overlay value 'back_color: #12345' invalid"],
  ['no hash', backdrop('back_color: FFAA00'), "Overlay Error: Overlay value 'back_color: FFAA00' invalid"],
  [
    'number colour',
    backdrop('back_color: 123456'),
    'Overlay Error: back_color: 123456 is not text: put the colour in quotes, as "#RRGGBB"',
  ],
  [
    'radius',
    backdrop('back_radius: round'),
    'Overlay Error: overlay back_radius attribute round must be an integer 1 or greater',
  ],
  [
    'width',
    backdrop('back_width: -1'),
    'Overlay Error: overlay back_width attribute -1 must be an integer 0 or greater',
  ],
  [
    'back align',
    text('back_align: left'),
    "Overlay Error: Overlay attribute 'back_align' only works when 'back_width' is used",
  ],
  [
    'back place',
    drawn('name: x, back_color: "#000000"'),
    "Overlay Error: Overlay attributes 'horizontal_offset' and 'vertical_offset' are required when using 'backdrop'",
  ],
  [
    'no place',
    drawn('name: text(A)'),
    "Overlay Error: Overlay attributes 'horizontal_offset' and 'vertical_offset' are required when using 'text'",
  ],
  ['bar', drawn('name: a|b'), "Overlay Error: Overlay name 'a|b' cannot contain the '|' character"],
  [
    'text name',
    drawn('name: texture, horizontal_offset: 1, vertical_offset: 1'),
    "Overlay Error: Failed to parse overlay text name 'texture'",
  ],
  ['font', text('font: no/Such.ttf'), 'there is no font "no/Such.ttf"'],
  [
    'font colour',
    text('font_color: "#GG0000"'),
    "Overlay Error: Overlay font_color '#GG0000' is invalid. Value must be in #RGB, #RGBA, #RRGGBB or #RRGGBBAA format",
  ],
  ['image', drawn('name: x, file: config/none.png'), 'there is no image "config/none.png"'],
  ['default image', drawn('name: x, default: 8K'), 'Kometa has no image "8K"'],
  ['named image', drawn('name: nowhere'), 'there is no image "DIR/user/config/overlays/nowhere.png"'],
  ['no overlay', '{plex_all: true}', 'there is no image "DIR/user/config/overlays/no overlay.png"'],
  [
    'addon',
    text('file: config/o.yml, addon_position: beside'),
    'Overlay Error: overlay addon_position attribute beside must be in [left, right, top, bottom]',
  ],
  [
    'misplaced',
    '{plex_all: true, weight: 5, overlay: {name: blur(5)}}',
    `Overlay Error: 'weight' attribute not allowed in an Overlay File (it belongs under "overlay")`,
  ],
  ['limit', '{plex_all: true, limit: 0, overlay: {name: blur(5)}}', "Overlay Error: 'limit' attribute is blank"],
  ['template', '{plex_all: true, template: {name: nowhere}}', 'Overlay Error: template nowhere not found'],
  ['blank template', '{plex_all: true, template: }', 'Overlay Error: template attribute is blank'],
  ['text template', '{plex_all: true, template: here}', "Overlay Error: 'template' attribute is not a dictionary"],
  [
    'nameless template',
    '{plex_all: true, template: {use: here}}',
    "Overlay Error: template sub-attribute 'name' is required",
  ],
  [
    'variables',
    '{template: {name: here}, variables: 5}',
    'Overlay Error: variables must be a dictionary (key: value pairs)',
  ],
]

const around = `queues: {known: [{horizontal_align: left, vertical_align: top, horizontal_offset: 1, vertical_offset: 1}]}
templates: {here: {plex_all: true, overlay: {name: <<overlay_name>>}}}
overlays:
`

test.each(kinds)('a definition that Kometa certainly leaves out: %s', async (name, definition, words) => {
  await put('user/config/o.yml', `${around}${good}  ${name}: ${definition}\n`)
  expect(await find()).toEqual({
    lines: [`"Movies": file: config/o.yml: ${name} (line 5): ${words}`],
    nothingLeft: false,
  })
})

test.each([
  ['a named colour', backdrop('back_color: RebeccaPurple, back_line_color: rgb(1, 2, 3)')],
  ['no colour', backdrop('back_color: 000000, back_radius: ')],
  ['an octal number', drawn('name: blur(5), group: g, weight: 010')],
  ['a text number', backdrop('horizontal_offset: "5", vertical_offset: 5%, vertical_align: CENTER')],
  ['an unknown attribute of overlay', drawn('name: blur(5), unheard: of')],
  ['a place from a queue', drawn('name: text(A), queue: known, weight: 0')],
  ['a font of Kometa', text('font: Roboto-Medium.ttf, font_size: big, stroke_width: thick')],
  ['an image of Kometa', drawn('name: x, default: overlays/images/4K')],
  ['an image from the net', drawn('name: x, url: "http://a/b.png"')],
  ['a blur that finds no image', drawn('name: blur, file: config/none.png')],
  ['a key without a value', '{plex_all: true, weight: , overlay: {name: blur(5)}}'],
  ['capitals', '{Plex_All: true, OVERLAY: {name: blur(5)}}'],
  ['a definition that Kometa passes over', '{plex_all: true, run_definition: false, overlay: {name: none}}'],
  ['a template that is there', '{template: [{name: here, a: 1}]}'],
  ['a variable', text('font: <<font>>, font_color: "<<colour>>"')],
])('%s is not reported', async (_what, definition) => {
  await put('user/config/o.yml', `${around}  one: ${definition}\n`)
  expect(await find()).toEqual({ lines: [], nothingLeft: false })
})

test('an image that Kometa may fetch for another definition is not missed', async () => {
  await put(
    'user/config/o.yml',
    `overlays:\n  a: ${drawn('name: x, url: "http://a/x.png"')}\n  b: ${drawn('name: x')}\n`,
  )
  expect((await find()).lines).toEqual([])
})

test('Kometa reads no definitions of a library whose overlays are removed', async () => {
  await put('user/config/o.yml', `overlays:\n  a: ${drawn('name: text(A)')}\n`)
  expect(await find('[{file: config/o.yml}], remove_overlays: true')).toEqual({ lines: [], nothingLeft: false })
})

test('a file of which nothing can be drawn is reported in one line', async () => {
  await put('user/config/o.yml', `overlays:\n  a: ${drawn('name: text(A)')}\n  b: ${drawn('name: a|b')}\n`)
  await put('user/config/set/one.yml', 'overlays:\n  only: {overlay: {name: blur(5)}}\n')
  expect(await find('[{file: config/o.yml}, {folder: config/set}]')).toEqual({
    lines: [
      '"Movies": file: config/o.yml: Kometa does not draw any of its 2 definitions. The first is a (line 2): ' +
        "Overlay Error: Overlay attributes 'horizontal_offset' and 'vertical_offset' are required when using 'text'",
      '"Movies": folder: config/set one.yml: Kometa does not draw its only definition. It is only (line 2): ' +
        'Overlay Error: No builders were found',
    ],
    nothingLeft: true,
  })
  expect(await find('[{file: config/o.yml}, {url: "http://a/b.yml"}]')).toMatchObject({ nothingLeft: false })
})

test('definitions with the same cause share one line, which names at most five; at most five causes are named', async () => {
  const many = Array.from({ length: 8 }, (_, at) => `  many${at}: {overlay: {name: blur(5)}}\n`).join('')
  const others = Array.from({ length: 6 }, (_, at) => `  other${at}: ${drawn(`name: a|${at}`)}\n`).join('')
  await put('user/config/o.yml', `overlays:\n${good}${many}${others}`)
  const { lines } = await find()
  expect(lines).toHaveLength(6)
  expect(lines[0]).toBe(
    '"Movies": file: config/o.yml: many0, many1, many2, many3, many4 and 3 more (the first in line 3): ' +
      'Overlay Error: No builders were found',
  )
  expect(lines[5]).toBe(
    '"Movies": file: config/o.yml: other4, other5 (the first in line 15): left out for other reasons',
  )
})

test('templates of external files count; a missing one prevents Kometa from loading the file', async () => {
  const file = (external: string) =>
    `external_templates: ${external}\noverlays:\n${good}  a: {template: {name: far}}\n  b: {template: {name: no}}\n`
  await put('user/config/t.yml', 'templates: {far: {plex_all: true}}\n')
  await put('user/config/o.yml', file('[{file: config/t.yml}]'))
  expect((await find()).lines).toEqual([
    '"Movies": file: config/o.yml: b (line 5): Overlay Error: template no not found',
  ])
  await put('user/config/o.yml', file('[{file: config/t.yml}, {url: "http://a/t.yml"}]'))
  expect((await find()).lines).toEqual([])
  await put('user/config/o.yml', file('{file: config/gone.yml}'))
  expect(await find()).toEqual({
    lines: [
      '"Movies": file: config/o.yml: Kometa does not draw any of its 3 definitions. The first is good (line 3): ' +
        'File Error: File does not exist config/gone.yml (external_templates)',
    ],
    nothingLeft: true,
  })
})

const kometaHome = process.env.KOMETA_HOME ?? ''
describe.skipIf(kometaHome === '')("Kometa's own overlay files (needs KOMETA_HOME)", () => {
  test('none of them is reported', async () => {
    const { config, options } = await load('[{default: resolution}]', kometaHome)
    const context = createCheckContext(config, options)
    const folder = join(kometaHome, 'defaults/overlays')
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.yml'))
    let definitions = 0
    for (const name of files) {
      const { faults, count } = await faultsOfFile(join(folder, name), context, false)
      expect(faults, name).toEqual([])
      definitions += count
    }
    expect(definitions).toBeGreaterThan(100)
  })
})

const corpus = findCorpus()
describe.skipIf(corpus === null)('files of public reports', () => {
  const report = async (name: string, file: string): Promise<string[]> => {
    await put(`user/config/${file}`, await readFile(join(corpus ?? '', name, 'files/config', file), 'utf8'))
    return (await find(`[{file: config/${file}}]`)).lines
  }
  test('failed definitions beside good ones', async () => {
    const words = await report('31-failed-definitions-beside-good-ones', 'o.yml')
    expect(words.map((line) => line.replace('"Movies": file: config/o.yml: ', ''))).toEqual([
      'bad_image (line 5): there is no image "config/overlays/none.png"',
      "bad_coords (line 8): Overlay Error: Overlay attributes 'horizontal_offset' and 'vertical_offset' must be used together",
      "bad_queue (line 14): Overlay Error: Specified queue 'corner' not found",
      'bad_template (line 23): Overlay Error: No templates found',
    ])
  })
  test('a missing font', async () => {
    expect(await report('08-font-path-missing', 'TSSK/ended.yml')).toEqual([
      '"Movies": file: config/TSSK/ended.yml: Kometa does not draw its only definition. It is ended_show (line 2): ' +
        'there is no font "config/overlays/fonts/Avenir_95_Black.ttf"',
    ])
  })
})
