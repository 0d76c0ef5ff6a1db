import { z } from 'zod'
import {
  type KeyTable,
  libraryKeys,
  overlayEntryKeys,
  plexKeys,
  settingsKeys,
  topLevelKeys,
} from '../../src/config/run-config/key-table.ts'
import { previewSectionSchema } from '../../src/contract/preview.ts'
import { code, plain, table } from './markdown.ts'

/** The part of JSON Schema that zod writes for what stands in preview.yml. */
interface Schema {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  default?: unknown
  description?: string
  minimum?: number
  maximum?: number
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  additionalProperties?: Schema | boolean
}

/**
 * docs/preview-yml.md: every key of `preview:` with type, default and meaning, and what becomes of the keys of Kometa's
 * config.
 */
export function previewKeysDocument(intro: string): string {
  const schema = z.toJSONSchema(previewSectionSchema, { io: 'input', unrepresentable: 'any' }) as Schema
  // What stands before a check (`preprocess`) hides the default from the input's schema; the output's has it.
  const checked = z.toJSONSchema(previewSectionSchema, { io: 'output', unrepresentable: 'any' }) as Schema
  return [
    '# preview.yml',
    'Made from the code (`npm run docs`).',
    intro.trim(),
    '## The keys of `preview:`',
    table(['key', 'type', 'default', 'meaning'], rowsOf(schema, checked, '')),
    `## What becomes of your Kometa's config`,
    'A preview takes your config.yml and leaves out what is no part of an overlay run, writes somewhere or sends messages. A key that is in no table is left out. `config_changes` in output/summary.json lists what was left out or changed of yours. Kept: the value goes to Kometa as it stands. Made anew: it is rewritten so that Kometa reaches Plex through the proxy, and your files where they are.',
    ...Object.entries(keyTables).flatMap(([title, keys]) => [`### ${title}`, keyTable(keys)]),
    '',
  ].join('\n\n')
}

function rowsOf(schema: Schema, checked: Schema, prefix: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const known = checked.properties?.[key] ?? {}
    const name = `${prefix}${key}`
    const must = schema.required?.includes(key) === true
    const row = [code(name), typeOf(value), must ? 'must be there' : defaultOf(value, known), meaningOf(value)]
    const items = value.items?.properties ? rowsOf(value.items, known.items ?? {}, `${name}[].`) : []
    return [row, ...rowsOf(value, known, `${name}.`), ...items]
  })
}

function typeOf({ type, enum: values, const: only, anyOf, items, additionalProperties, properties }: Schema): string {
  if (only !== undefined) return code(JSON.stringify(only))
  if (values) return values.map((value) => code(String(value))).join(' or ')
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(' or ')
  if (Array.isArray(type)) return type.map((one) => typeOf({ type: one })).join(' or ')
  if (type === 'array') return items?.properties ? 'list of maps' : `list of ${items ? typeOf(items) : 'values'}s`
  if (type === 'object' && !properties && typeof additionalProperties === 'object')
    return `map to ${typeOf(additionalProperties)}s`
  const words: Record<string, string> = { object: 'map', string: 'text', integer: 'whole number', null: 'nothing' }
  return words[type ?? ''] ?? type ?? 'any'
}

function defaultOf(value: Schema, checked: Schema): string {
  const given = value.default ?? checked.default
  if (given === undefined || (typeof given === 'object' && value.properties)) return ''
  return Array.isArray(given) && given.length === 0 ? 'empty' : code(String(given))
}

function meaningOf({ description = '', minimum, maximum, type }: Schema): string {
  // The default has a column of its own.
  const words = description.replace(/ \([\d.]+\):/, ':')
  if (type !== 'number' || minimum === undefined || maximum === undefined) return plain(words)
  return plain(`${words}; from ${minimum} to ${maximum}`)
}

const keyTables: Readonly<Record<string, KeyTable>> = {
  'Top level': topLevelKeys,
  '`plex`': plexKeys,
  '`settings`, global and of a library': settingsKeys,
  'A library': libraryKeys,
  'An entry of `overlay_files`': overlayEntryKeys,
}

function keyTable(keys: KeyTable): string {
  const rows = Object.entries(keys).map(([key, rule]) => {
    if (rule.do === 'keep') return [code(key), 'kept']
    if (rule.do === 'rewrite') return [code(key), 'made anew']
    if (rule.do === 'drop') return [code(key), plain(`left out: ${rule.why}`)]
    return [code(key), plain(`always ${rule.to === null ? 'empty' : rule.to}: ${rule.why}`)]
  })
  return table(['key', 'in a preview'], rows)
}
