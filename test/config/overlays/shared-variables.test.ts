import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JobConfig, loadJobConfig } from '../../../src/config/read/user-config.ts'
import { makeRunConfig } from '../../../src/config/run-config/run-config.ts'
import { parseYaml } from '../../../src/config/yaml/yaml-read.ts'
import { get, isList, toPlain, type YamlValue } from '../../../src/config/yaml/yaml-value.ts'
import { planRuns } from '../../../src/run/targets/plan-runs.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kp-anchors-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/**
 * Two libraries share one list of overlay files, and one has variables: Kometa gives these to both
 * (util.py:504-509).
 */
const shared = `x-files: &files
  - default: resolution
    template_variables: {vertical_align: bottom}
plex: {url: "http://127.0.0.1:9", token: abcdefghij}
libraries:
  Movies: {overlay_files: *files, template_variables: {use_4k: false}}
  Other: {overlay_files: [{default: resolution, template_variables: {vertical_align: top}}]}
  TV Shows: {overlay_files: *files}
`

async function load(text = shared): Promise<JobConfig> {
  writeFileSync(join(dir, 'config.yml'), text)
  return loadJobConfig({ kind: 'config', configPath: join(dir, 'config.yml') }, { env: {} })
}

function runConfig(config: JobConfig, libraries: string[]): YamlValue {
  const { text } = makeRunConfig(config, { libraries, proxies: [{ url: 'http://127.0.0.1:1', token: 'x' }] })
  return parseYaml(text, 'run config')
}

function variables(document: YamlValue, library: string): YamlValue | undefined {
  const files = get(document, 'libraries', library, 'overlay_files')
  return isList(files) ? get(files[0], 'template_variables') : undefined
}

test('the run config has an anchor where the user has one, and no other', async () => {
  const document = runConfig(await load(), ['Movies', 'Other', 'TV Shows'])
  expect(variables(document, 'TV Shows')).toBe(variables(document, 'Movies'))
  expect(variables(document, 'Other')).not.toBe(variables(document, 'Movies'))
  expect(toPlain(variables(document, 'Movies') ?? null)).toEqual({ vertical_align: 'bottom' })
})

test('libraries that share variables are drawn by one Kometa, in their order', async () => {
  const config = await load()
  expect(planRuns(config, ['Movies', 'Other', 'TV Shows'])).toEqual([['Movies', 'TV Shows'], ['Other']])
})

test('they include what a library above wrote, even if that library has no target', async () => {
  const config = await load()
  const document = runConfig(config, ['TV Shows'])
  expect(toPlain(variables(document, 'TV Shows') ?? null)).toEqual({ vertical_align: 'bottom', use_4k: false })
  expect(toPlain(variables(runConfig(config, ['Movies']), 'Movies') ?? null)).toEqual({ vertical_align: 'bottom' })
})

test('collection files write into them too', async () => {
  const config = await load(`x: &own {weight: 1}
plex: {url: "http://127.0.0.1:9", token: abcdefghij}
libraries:
  Movies:
    template_variables: {language: de}
    collection_files: [{default: basic, template_variables: *own}]
    overlay_files: [{default: resolution}]
  TV Shows: {overlay_files: [{default: status, template_variables: *own}]}
`)
  const document = runConfig(config, ['Movies', 'TV Shows'])
  expect(toPlain(variables(document, 'TV Shows') ?? null)).toEqual({ weight: 1, language: 'de' })
})
