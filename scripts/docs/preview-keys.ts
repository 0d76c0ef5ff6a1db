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
import { code, paragraph, plain, table } from './markdown.ts'

/** The part of JSON Schema that zod uses to describe preview.yml. */
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

const configIntro = `
A preview uses your config.yml and leaves out, or turns off, every key that has nothing to do with overlays, writes
something, or sends messages. It also leaves out every key that no table below lists. \`config_changes\` in
output/summary.json lists the keys of yours that were left out or changed. "Kept" means that Kometa gets your value
unchanged. "Rewritten" means that Kometa gets another value, so that it reaches Plex through the proxy and finds your
files at their own paths.
`

/**
 * The text of docs/preview-yml.md: every key of `preview:` with type, default and meaning, and what a preview does with
 * each key of Kometa's config.
 */
export function previewKeysDocument(intro: string): string {
  const schema = z.toJSONSchema(previewSectionSchema, { io: 'input', unrepresentable: 'any' }) as Schema
  // A key with `z.preprocess` shows its default only in the schema of the output.
  const checked = z.toJSONSchema(previewSectionSchema, { io: 'output', unrepresentable: 'any' }) as Schema
  return [
    '# preview.yml',
    '`npm run docs` makes this page from the code.',
    intro.trim(),
    '## The keys of `preview:`',
    table(['key', 'type', 'default', 'meaning'], rowsOf(schema, checked, '')),
    `## What becomes of your Kometa's config`,
    paragraph(configIntro),
    ...Object.entries(keyTables).flatMap(([title, keys]) => [`### ${title}`, keyTable(keys)]),
    '',
  ].join('\n\n')
}

function rowsOf(schema: Schema, checked: Schema, prefix: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const known = checked.properties?.[key] ?? {}
    const name = `${prefix}${key}`
    const must = schema.required?.includes(key) === true
    const row = [code(name), typeOf(value), must ? 'required' : defaultOf(value, known), meaningOf(value)]
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
  // Without the default, because the table has a column for it.
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
    if (rule.do === 'rewrite') return [code(key), 'rewritten']
    if (rule.do === 'drop') return [code(key), plain(`left out: ${rule.why}`)]
    return [code(key), plain(`always ${rule.to === null ? 'empty' : rule.to}: ${rule.why}`)]
  })
  return table(['key', 'in a preview'], rows)
}
