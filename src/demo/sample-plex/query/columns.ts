import { type EntryType, type Section, versionOf } from '../model/entry.ts'
import { compileCondition, holdersOf, isHonoured, type ScopeHonours } from './evaluate.ts'
import { type Field, fields } from './fields.ts'
import type { Condition, Group } from './query.ts'

/** One byte for each entry of a section and type, in the section's own order: 1 if the entry fits the query. */
type Mask = Uint8Array

export interface Columns {
  /** Null if the server understands no condition of the group, which then excludes nothing. */
  mask(section: Section, type: EntryType, group: Group): Mask | null
  /** Builds the index of a field before the first query needs it. */
  warm(section: Section, type: EntryType, field: string): void
}

type Postings = Map<string, number[]>

/** Limit of the indexes kept, one per section, type and field: enough for all fields of two libraries. */
const maxKeptIndexes = 400

/**
 * Answers conditions on whole sections from inverted indexes, like a server's database: 100,000 items must cost
 * little.
 */
export function createColumns(honours: ScopeHonours, clock: () => number): Columns {
  const kept = new Map<string, { version: number; postings: Postings }>()

  return {
    mask: (section, type, group) => groupMask(section, type, group),
    warm: (section, type, name) => {
      const field = fields.get(name)
      if (field !== undefined) postingsOf(section, type, { field: name, prefix: null, operator: '', values: [] }, field)
    },
  }

  function groupMask(section: Section, type: EntryType, group: Group): Mask | null {
    let any: Mask | null = null
    for (const terms of group.alternatives) {
      let all: Mask | null = null
      for (const term of terms) {
        const mask = 'alternatives' in term ? groupMask(section, type, term) : conditionMask(section, type, term)
        if (mask !== null) all = all === null ? mask : combine(all, mask, (a, b) => a & b)
      }
      if (all !== null) any = any === null ? all : combine(any, all, (a, b) => a | b)
    }
    return any
  }

  function conditionMask(section: Section, type: EntryType, condition: Condition): Mask | null {
    const field = fields.get(condition.field)
    if (field === undefined || !isHonoured(condition, honours)) return null
    const entries = section.byType.get(type) ?? []
    if (!isIndexed(field, condition)) {
      const test = compileCondition(condition, honours, Math.floor(clock() / 1000))
      return Uint8Array.from(entries, (entry) => Number(test?.(entry) ?? false))
    }
    const postings = postingsOf(section, type, condition, field)
    const found = new Uint8Array(entries.length)
    const wanted = field.kind === 'boolean' ? ['1'] : condition.values.map((value) => indexKey(field, value))
    for (const key of wanted) for (const at of postings.get(key) ?? []) found[at] = 1
    const negated = (condition.operator === '!') !== (field.kind === 'boolean' && condition.values.includes('0'))
    return negated ? found.map((bit) => 1 - bit) : found
  }

  function postingsOf(section: Section, type: EntryType, condition: Condition, field: Field): Postings {
    const name = `${section.key} ${type} ${condition.prefix ?? ''}.${condition.field}`
    const known = kept.get(name)
    const version = versionOf(section)
    if (known?.version === version) return known.postings
    const holders = holdersOf(condition, field)
    const postings: Postings = new Map()
    for (const [at, entry] of (section.byType.get(type) ?? []).entries()) {
      for (const holder of holders(entry)) {
        for (const value of field.values(holder)) {
          const key = indexKey(field, value)
          const list = postings.get(key)
          if (list === undefined) postings.set(key, [at])
          else if (list.at(-1) !== at) list.push(at)
        }
      }
    }
    if (kept.size >= maxKeptIndexes) kept.clear()
    kept.set(name, { version, postings })
    return postings
  }
}

/**
 * Indexes serve the equality of tags, flags and numbers. Parts of texts, ranges and dates need a look at each value.
 */
function isIndexed(field: Field, condition: Condition): boolean {
  return (condition.operator === '' || condition.operator === '!') && field.kind !== 'string' && field.kind !== 'date'
}

function indexKey(field: Field, value: string | number): string {
  // `5` and `5.0` are the same number.
  return field.kind === 'integer' ? String(Number(value)) : String(value).toLowerCase()
}

function combine(a: Mask, b: Mask, join: (a: number, b: number) => number): Mask {
  return a.map((bit, at) => join(bit, b[at] ?? 0))
}
