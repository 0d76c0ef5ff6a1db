import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type KeyTable,
  libraryKeys,
  overlayEntryKeys,
  plexKeys,
  serviceKeys,
  settingsKeys,
  topLevelKeys,
} from '../../../src/config/run-config/key-table.ts'

const kometa = process.env.KOMETA_HOME
const schemaPath = join(kometa ?? '', 'json-schema', 'config-schema.json')

const node = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  patternProperties: z
    .record(z.string(), z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() }))
    .optional(),
})
const schemaShape = z.looseObject({
  properties: z.record(z.string(), z.unknown()),
  definitions: z.record(z.string(), node),
})

const judged = (table: KeyTable): string[] => Object.keys(table)
const servers = ['radarr', 'sonarr', 'tautulli'] as const
/** Sections that 2.4 does not have. */
const sinceLater = new Set(['tracearr', 'yamtrack', 'floppy', 'flicklist', 'serializd'])

describe.skipIf(!kometa || !existsSync(schemaPath))("every key of Kometa's is judged (needs KOMETA_HOME)", () => {
  const schema = schemaShape.parse(
    kometa ? JSON.parse(readFileSync(schemaPath, 'utf8')) : { properties: {}, definitions: {} },
  )
  const keysOf = (definition: string): string[] => Object.keys(schema.definitions[definition]?.properties ?? {})

  test('top level', () => {
    expect(judged(topLevelKeys)).toEqual(expect.arrayContaining(Object.keys(schema.properties)))
  })

  test('library', () => {
    const patterns = Object.values(schema.definitions['library-section']?.patternProperties ?? {})
    const keys = [
      ...new Set(
        [schema.definitions['library-section'] ?? {}, ...patterns].flatMap((each) =>
          Object.keys(each.properties ?? {}),
        ),
      ),
    ]
    const fallback = patternsOfLibraries(schema.properties)
    expect([...keys, ...fallback].length).toBeGreaterThan(15)
    expect(judged(libraryKeys)).toEqual(expect.arrayContaining([...keys, ...fallback]))
  })

  test('plex, settings and the services', () => {
    expect(keysOf('plex-server').length).toBeGreaterThan(5)
    expect(judged(plexKeys)).toEqual(expect.arrayContaining([...keysOf('plex-server'), ...keysOf('plex-server-lib')]))
    expect(judged(settingsKeys)).toEqual(expect.arrayContaining(keysOf('settings')))
    for (const [name, table] of Object.entries(serviceKeys)) {
      if (sinceLater.has(name) && keysOf(`${name}-api`).length === 0) continue
      expect([name, keysOf(`${name}-api`).length > 0]).toEqual([name, true])
      expect(judged(table)).toEqual(expect.arrayContaining([...keysOf(`${name}-api`), ...keysOf(`${name}-api-lib`)]))
    }
  })

  test('overlay files', () => {
    const entries = Object.keys(schema.definitions).filter((name) =>
      /^(?:kometa-default|legacy-default)-overlay-path$|^(?:file|folder|url|git|repo)-path/.test(name),
    )
    expect(entries.length).toBeGreaterThan(8)
    for (const entry of entries) expect(judged(overlayEntryKeys)).toEqual(expect.arrayContaining(keysOf(entry)))
  })

  test('every attribute that its source looks up', () => {
    const source = readFileSync(join(kometa ?? '', 'modules', 'config.py'), 'utf8')
    const found = [...source.matchAll(/check_for_attribute\(\s*(?:self\.data|lib),\s*"(\w+)",\s*parent="(\w+)"/g)]
    expect(found.length).toBeGreaterThan(150)
    const missing = found.filter(([, key = '', parent = '']) => {
      if (topLevelKeys[parent]?.do === 'drop') return false
      const table = parent === 'plex' ? plexKeys : parent === 'settings' ? settingsKeys : serviceKeys[parent]
      return table?.[key] === undefined
    })
    expect(missing.map(([, key, parent]) => `${parent}.${key}`)).toEqual([])
    const sections = [...source.matchAll(/"(\w+)" (?:not )?in self\.data\b(?!\[)/g)].map(([, name = '']) => name)
    // `config` is a mistake of Kometa, which tests for it and then deletes `cache`.
    expect(sections.filter((name) => topLevelKeys[name] === undefined && name !== 'config')).toEqual([])
    const inLibrary = [...source.matchAll(/"(\w+)" in (?:lib|self\.data\["libraries"\]\[library\])(?![[\w])/g)].map(
      ([, name = '']) => name,
    )
    const refused = ['collections', 'dynamic_collections', 'metadata', 'overlays', 'templates', 'playlists']
    expect(inLibrary.length).toBeGreaterThan(20)
    expect(inLibrary.filter((name) => libraryKeys[name] === undefined && !refused.includes(name))).toEqual([])
  })
})

function patternsOfLibraries(properties: Record<string, unknown>): string[] {
  const libraries = node.safeParse(properties.libraries)
  return Object.values(libraries.data?.patternProperties ?? {}).flatMap((each) => Object.keys(each.properties ?? {}))
}

test('keys that make Kometa write are off wherever they may be set', () => {
  const off = (table: KeyTable, keys: string[]) =>
    keys.filter((key) => !(table[key]?.do === 'force' && table[key].to === false) && table[key]?.do !== 'drop')
  expect(off(plexKeys, ['db_cache', 'clean_bundles', 'empty_trash', 'optimize'])).toEqual([])
  expect(
    off(settingsKeys, ['create_asset_folders', 'dimensional_asset_rename', 'download_url_assets', 'save_report']),
  ).toEqual([])
  for (const server of servers.slice(0, 2)) {
    expect(
      off(serviceKeys[server] ?? {}, [
        'add',
        'add_missing',
        'add_existing',
        'upgrade_existing',
        'monitor_existing',
        'search',
      ]),
    ).toEqual([])
  }
  expect(topLevelKeys.webhooks?.do).toBe('drop')
})
