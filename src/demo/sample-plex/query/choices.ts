import { type Call, value } from '../call.ts'
import { type EntryType, entryTypeOf, type Section, typeNumbers, versionOf } from '../model/entry.ts'
import { node } from '../nodes/node.ts'
import { notFound, type Reply } from '../nodes/reply.ts'
import { sectionAttrs } from '../nodes/section-node.ts'
import { type Choice, type Field, fields, leavesOf } from './fields.ts'

const keptChoices = new WeakMap<Section, Map<string, { version: number; choices: readonly Choice[] }>>()

/** The choices of a filter: each value that an item of the type has, or an item below it. */
export function choices(call: Call, found: Section, name: string): Reply {
  const field = fields.get(name === 'edition' ? 'editionTitle' : name)
  if (field?.choices === undefined && field?.kind !== 'boolean') return notFound
  const type = entryTypeOf(Number(value(call, 'type'))) ?? found.type
  const prefix = found.type === 'movie' ? '' : `${type}.`
  const path = `/library/sections/${found.key}/all?${found.type === 'movie' ? '' : `type=${typeNumbers[type]}&`}`
  const children = choicesIn(found, type, name, field).map(({ key, title }) =>
    node('Directory', { fastKey: `${path}${prefix}${name}=${key}`, key, title, type: name }),
  )
  return {
    kind: 'container',
    attrs: { size: children.length, ...sectionAttrs(found, `By ${name}`, 'secondary') },
    children,
  }
}

function choicesIn(found: Section, type: EntryType, name: string, field: Field): readonly Choice[] {
  const kept = keptChoices.get(found) ?? new Map<string, { version: number; choices: readonly Choice[] }>()
  keptChoices.set(found, kept)
  const known = kept.get(`${type} ${name}`)
  if (known?.version === versionOf(found)) return known.choices
  const byKey = new Map<string, Choice>()
  const add = (choice: Choice) => byKey.set(choice.key, byKey.get(choice.key) ?? choice)
  if (field.choices === undefined) add({ key: '1', title: 'True' })
  const own = field.on.includes(type)
  for (const entry of found.byType.get(type) ?? []) {
    for (const holder of own ? [entry] : leavesOf(entry))
      for (const choice of field.choices?.(holder) ?? []) add(choice)
  }
  const sorted = [...byKey.values()].sort((a, b) => (a.title < b.title ? -1 : 1))
  kept.set(`${type} ${name}`, { version: versionOf(found), choices: sorted })
  return sorted
}
