import { type Entry, type EntryType, type Section, versionOf } from '../model/entry.ts'
import type { Store } from '../model/state.ts'
import { isHonoured, type ScopeHonours } from './evaluate.ts'
import type { Condition, MediaQuery } from './query.ts'

/** Finds entries by key or exact title without a look at the whole section. */
export interface NameIndex {
  /** The entries that can fit, if a condition that must hold names them by key or exact title; otherwise null. */
  candidates(section: Section, type: EntryType, query: MediaQuery): Entry[] | null
  /** The entries of one type by their titles in small letters. */
  titlesOf(section: Section, type: string): Map<string, Entry[]>
}

export function createNameIndex(store: Store, honours: ScopeHonours): NameIndex {
  const titles = new Map<string, { version: number; byTitle: Map<string, Entry[]> }>()
  return { candidates, titlesOf }

  function candidates(section: Section, type: EntryType, query: MediaQuery): Entry[] | null {
    const [terms, ...others] = query.filter.alternatives
    if (terms === undefined || others.length > 0) return null
    for (const term of terms) {
      const named = 'alternatives' in term ? exactTitles(term.alternatives) : [term]
      if (named === null || named.length === 0 || !named.every((condition) => isHonoured(condition, honours))) continue
      const found = named.map((condition) => namedBy(section, type, condition))
      if (found.every((entries) => entries !== null)) return [...new Set(found.flat())]
    }
    return null
  }

  function namedBy(section: Section, type: EntryType, condition: Condition): Entry[] | null {
    const about = condition.prefix ?? type
    const own = about === type
    if (condition.field === 'id' && condition.operator === '') {
      const entries = condition.values.map((key) => store.entries.get(key)).filter((entry) => entry !== undefined)
      const inSection = entries.filter((entry) => entry.section === section && entry.type === about)
      return own ? inSection : inSection.flatMap((entry) => kin(entry, type))
    }
    if (condition.field === 'title' && condition.operator === '=') {
      const holders = condition.values.flatMap((title) => titlesOf(section, about).get(title.toLowerCase()) ?? [])
      return own ? holders : holders.flatMap((entry) => kin(entry, type))
    }
    return null
  }

  function titlesOf(section: Section, type: string): Map<string, Entry[]> {
    const name = `${section.key} ${type}`
    const version = versionOf(section)
    const kept = titles.get(name)
    if (kept?.version === version) return kept.byTitle
    const byTitle = new Map<string, Entry[]>()
    for (const [listed, entries] of section.byType) {
      if (listed !== type) continue
      for (const entry of entries) {
        const title = entry.values.title.toLowerCase()
        const same = byTitle.get(title)
        if (same === undefined) byTitle.set(title, [entry])
        else same.push(entry)
      }
    }
    titles.set(name, { version, byTitle })
    return byTitle
  }
}

/** The conditions of a group whose alternatives are one condition each; null for any other group. */
function exactTitles(alternatives: MediaQuery['filter']['alternatives']): Condition[] | null {
  const named: Condition[] = []
  for (const terms of alternatives) {
    const [only, ...others] = terms
    if (only === undefined || others.length > 0 || 'alternatives' in only) return null
    named.push(only)
  }
  return named
}

/** The show of an episode, or the episodes of a show. */
function kin(entry: Entry, type: EntryType): Entry[] {
  for (let at = entry.parent; at !== null; at = at.parent) if (at.type === type) return [at]
  return descendants(entry, type)
}

function descendants(entry: Entry, type: EntryType): Entry[] {
  return entry.children.flatMap((child) => (child.type === type ? [child] : descendants(child, type)))
}
