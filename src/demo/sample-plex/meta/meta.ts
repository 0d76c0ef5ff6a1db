import { type EntryType, type Section, typeNumbers } from '../model/entry.ts'
import { node, type PlexNode } from '../nodes/node.ts'
import { typeMetas } from './meta-types.ts'
import type { TypeMeta } from './meta-words.ts'

type Operators = readonly (readonly [key: string, title: string])[]
const isOrNot: Operators = [
  ['=', 'is'],
  ['!=', 'is not'],
]

const fieldTypes: Record<string, Operators> = {
  tag: isOrNot,
  integer: [...isOrNot, ['>>=', 'is greater than'], ['<<=', 'is less than']],
  string: [
    ['=', 'contains'],
    ['!=', 'does not contain'],
    ['==', 'is'],
    ['!==', 'is not'],
    ['<=', 'begins with'],
    ['>=', 'ends with'],
  ],
  boolean: [
    ['=', 'is true'],
    ['!=', 'is false'],
  ],
  date: [
    ['<<=', 'is before'],
    ['>>=', 'is after'],
  ],
  subtitleLanguage: isOrNot,
  audioLanguage: isOrNot,
  resolution: [['=', 'is']],
}

/** `Meta` of a section: python-plexapi and Kometa look up every field, filter and operator in it. */
export function metaNode(section: Section, listed: readonly EntryType[], active = listed[0]): PlexNode {
  const typeNodes = listed.flatMap((type) => {
    const meta = typeMetas[type]
    return meta === undefined ? [] : [typeNode(section, type, meta, type === active)]
  })
  const operatorNodes = Object.entries(fieldTypes).map(([type, operators]) =>
    node(
      'FieldType',
      { type },
      operators.map(([key, title]) => node('Operator', { key, title })),
    ),
  )
  return node('Meta', {}, [...typeNodes, ...operatorNodes])
}

function typeNode(section: Section, type: EntryType, meta: TypeMeta, active: boolean): PlexNode {
  const path = `/library/sections/${section.key}`
  const number = typeNumbers[type]
  // The fields of a movie have no prefix; those of any other type have the type's name.
  const prefix = type === 'movie' ? '' : `${type}.`
  const filters = meta.filters.map(([filter, filterType, title]) =>
    node('Filter', { filter, filterType, key: `${path}/${filter}?type=${number}`, title, type: 'filter' }),
  )
  const sorts = meta.sorts.map(([key, defaultDirection, title], at) =>
    node('Sort', {
      ...(at === 0 ? { default: 'asc' } : {}),
      active: at === 0,
      ...(at === 0 ? { activeDirection: 'asc' } : {}),
      defaultDirection,
      descKey: `${key}:desc`,
      firstCharacterKey: at === 0 ? `${path}/firstCharacter` : undefined,
      key,
      title,
    }),
  )
  const fieldNodes = meta.fields.map(([name, fieldType, title, subType]) =>
    node('Field', { key: `${prefix}${name}`, title, type: fieldType, subType }),
  )
  const key = type === 'collection' ? `${path}/collections` : `${path}/all?type=${number}`
  return node('Type', { key, type, title: meta.title, active }, [...filters, ...sorts, ...fieldNodes])
}
