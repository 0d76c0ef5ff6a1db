import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkLibraries } from '../../src/config/overlays/overlay-check.ts'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import { type ConfigFault, faultWords } from '../../src/contract/faults.ts'
import type { KometaEvent } from '../../src/kometa/log/read/log-events.ts'
import { createLogParser } from '../../src/kometa/log/read/log-parser.ts'
import { createUserWords } from '../../src/kometa/log/words/user-words.ts'
import { describeFaults } from '../../src/run/summary/faults/describe-faults.ts'
import { noMatchWords } from '../../src/run/summary/faults/no-match-words.ts'
import { withoutTold } from '../../src/run/summary/faults/told-before.ts'
import { summarizeKometa } from '../support/summarize-kometa.ts'
import { writeBrokenFolder } from './broken-folder.ts'

const logPath = fileURLToPath(new URL('../fixtures/kometa-logs/faults.log', import.meta.url))

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kp-faults-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

async function described(edit: (log: string) => string = (log) => log) {
  const config = await loadJobConfig({ kind: 'config', configPath: writeBrokenFolder(dir) }, { env: {} })
  const parser = createLogParser()
  const events: KometaEvent[] = []
  for (const line of edit(readFileSync(logPath, 'utf8')).split('\n')) events.push(...parser.feed(line))
  events.push(...parser.end())
  const inUserWords = createUserWords([['/home/user/kometa', dir]])
  const record = summarizeKometa(events.map(inUserWords))
  return { config, ...(await describeFaults(config, null, [record], [])) }
}

const told = (faults: readonly ConfigFault[], kind: ConfigFault['kind']) =>
  faults.filter((fault) => fault.kind === kind).map((fault) => faultWords(fault).replaceAll(dir, 'DIR'))

test('files that Kometa could not load, each with its place in the config or in itself', async () => {
  const { faults } = await described()
  expect(told(faults, 'file')).toEqual([
    'config/config.yml, line 11 (Movies): Config Error: Folder not found: config/nofolder',
    'config/config.yml, line 12 (Movies): Config Error: Path not found: config/nopath.yml',
    'config/config.yml, line 13 (Movies): Config Error: overlay_files file is blank',
    'config/config.yml, line 5 (Movies): File Error: File does not exist DIR/config/missing.yml',
    expect.stringMatching(/^config\/tab\.yml, line 3 \(Movies\): YAML Error: .*tab/),
    'config/ext.yml (Movies): File Error: File does not exist DIR/config/notemplates.yml',
    'config/empty.yml (Movies): YAML Error: File is empty',
    'config/list.yml (Movies): YAML Error: overlays attribute is required',
    expect.stringMatching(
      /^config\/config\.yml, line 14 \(Movies\): URL Error: No file found at .*nobody\/nothing\.yml$/,
    ),
    'config/config.yml, line 15 (Movies): Config Error: No custom_repo defined',
    'config/config.yml, line 16 (Movies): URL Error: No file found at https://raw.githubusercontent.com/nobody/x.yml',
    'config/config.yml, line 17 (Movies): File Error: Default does not exist content_rating.yml',
  ])
})

test('definitions that Kometa dropped, with file and line; for a default file, the line of the config', async () => {
  const { faults } = await described()
  expect(told(faults, 'definition')).toEqual([
    expect.stringMatching(
      /^config\/o\.yml, line 3 \(Movies\): "bad_color": Overlay Error: Overlay font_color '#GGG' is inv/,
    ),
    expect.stringMatching(
      /^config\/o\.yml, line 6 \(Movies\): "bad_align": .* middle must be in \[left, center, right\]$/,
    ),
    `config/o.yml, line 8 (Movies): "unknown_attr": Overlay Error: 'plex_al' attribute not allowed in an Overlay File`,
    'config/o.yml, line 9 (Movies): "bad_filter": Overlay Error: resolutions is not a valid filter attribute',
    expect.stringMatching(
      /^config\/o\.yml, line 10 \(Movies\): "bad_filter_value": .* soon must be an integer 0 or greater$/,
    ),
    'config/o.yml, line 16 (Movies): "no_builder": Overlay Error: No builders were found',
    'config/o.yml, line 19 (Movies): "no_template": Overlay Error: template nowhere not found',
    `config/o.yml, line 21 (Movies): "trakt": Overlay Error: 'trakt_chart' requires Trakt to be configured`,
    expect.stringMatching(/^config\/o\.yml, line 22 \(Movies\): "show_only": .* only works for show libraries$/),
    expect.stringMatching(/^config\/allbad\.yml, line 2 \(Movies\): "a1": .* are required when using 'text'$/),
    `config/allbad.yml, line 3 (Movies): "a2": Overlay Error: Overlay image not found at 'DIR/config/overlays/img.png'`,
    expect.stringMatching(/^config\/config\.yml, line 18 \(Movies\): "Direct-Play": .* 'back_color: #GG' invalid$/),
  ])
})

test('what was left out of a definition that was still drawn', async () => {
  const { faults } = await described()
  expect(told(faults, 'setting')).toEqual([
    'config/o.yml, line 17 (Movies): Config Warning: overlay: notadict must be a dictionary',
    'config/list.yml (Movies): Config Error: overlays must be a dictionary',
    `config/o.yml, line 14 (Movies): "novalidate": Overlay Error: plex_search attribute 'foo' is not valid`,
    'config/o.yml, line 15 (Movies): "blank_suppress": Overlay Error: suppress_overlays attribute is blank',
    expect.stringMatching(
      /^config\/o\.yml, line 15 .*"blank_suppress": .* blur name 'blur\(x\)' defaulting to blur\(50\)$/,
    ),
  ])
})

test('a search for something that Plex does not have is no fault, but the reason if nothing matched', async () => {
  const { config, emptySearches } = await described()
  expect(emptySearches.map(faultWords)).toEqual([
    'config/o.yml, line 12 (Movies): "no_collection": Plex Error: collection: Trending not found',
    'config/o.yml, line 13 (Movies): "no_label", "novalidate": Plex Error: label: Nope not found',
  ])
  const words = noMatchWords(config, ['Movies'], emptySearches)
  expect(words).toBe(
    'Plex does not have what is searched for: collection: Trending not found ("no_collection" in config/o.yml); ' +
      'label: Nope not found ("no_label" and 1 more in config/o.yml).',
  )
  const makes = config.libraries.map((library) => ({ ...library, data: new Map([['collection_files', ['c.yml']]]) }))
  expect(noMatchWords({ libraries: makes }, ['Movies'], emptySearches)).toContain(
    'A preview makes none of the collections',
  )
  expect(noMatchWords(config, ['Shows'], emptySearches)).toBe('')
})

test('the same words about many definitions of a file are one fault; a missing value of a default file is none', async () => {
  const failing = Array.from({ length: 40 }, (_, at) => definition(`copy ${at}`, 'Overlay Error: it is broken'))
  const blank = definition('1080p', 'Plex Error: resolution: No matches found with regex pattern (?i)576')
  const { faults, emptySearches } = await described((log) => {
    const at = log.indexOf('Overlay Operation for the Movies Library')
    const before = log.lastIndexOf('\n', at)
    return `${log.slice(0, before)}\n${[...failing, blank].join('\n')}${log.slice(before)}`
  })
  const copies = faults.filter(({ words }) => words === 'Overlay Error: it is broken')
  expect(copies).toHaveLength(1)
  expect(copies[0]).toMatchObject({ count: 40, definitions: ['copy 0', 'copy 1', 'copy 2', 'copy 3', 'copy 4'] })
  expect(faultWords(copies[0] as ConfigFault)).toContain('"copy 4" and 35 more: Overlay Error: it is broken')
  expect(emptySearches.map(({ words }) => words).join()).not.toContain('regex')
})

/** Lines of a definition that fails, as Kometa logs them. */
function definition(name: string, words: string): string {
  const line = (file: string, level: string, text: string) =>
    `[2026-11-30 14:14:39,000] [${file}]${' '.repeat(27 - file.length)}${`[${level}]`.padEnd(11)}| ${text} |`
  return [line('builder.py:1', 'INFO', `${name} Overlay in Movies`), line('overlays.py:631', 'ERROR', words)].join('\n')
}

test('a warning from before the run is not repeated', async () => {
  const { config, told } = await described()
  const before = await checkLibraries(config, { libraries: ['Movies'], kometaDir: null, env: {} })
  expect(before.length).toBeGreaterThan(5)
  const other = '"Movies": file: config/o.yml: other: there is no font "x"'
  expect(withoutTold([...before, other], told)).toEqual([other])
})

test('a definition is looked up in the file that Kometa read it from', async () => {
  writeBrokenFolder(dir)
  const again = 'overlays:\n  # as in o.yml\n  good: {}\n  bad_color: {}\n'
  writeFileSync(join(dir, 'config/allbad.yml'), again)
  const { faults } = await described()
  expect(faults.find(({ definitions }) => definitions.includes('bad_color'))).toMatchObject({
    file: 'config/o.yml',
    line: 3,
  })
})
