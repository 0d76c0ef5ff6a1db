import type { Entry, EntryType } from '../model/entry.ts'
import { type Field, fields } from './fields.ts'
import type { Condition, Group, Operator } from './query.ts'

export type Test = (entry: Entry) => boolean

/** The narrowing conditions that this server understands. Like Plex, it ignores all others. */
export interface ScopeHonours {
  /** `id=1,2,3`; default true. 'typed': only after a type, as in `show.id=1,2,3`. */
  id?: boolean | 'typed'
  /** `title==`, `show.title==` and the like; default true. */
  title?: boolean
}

/** The test of a group; null if this server understands none of its conditions. */
export function compileGroup(group: Group, honours: ScopeHonours, now: number): Test | null {
  const alternatives = group.alternatives
    .map((terms) => terms.map((term) => compileTerm(term, honours, now)).filter((test) => test !== null))
    .filter((tests) => tests.length > 0)
  const [first, ...others] = alternatives.map(allOf)
  if (first === undefined) return null
  return others.length === 0 ? first : (entry) => first(entry) || others.some((test) => test(entry))
}

function allOf(tests: readonly Test[]): Test {
  const [only] = tests
  return tests.length === 1 && only !== undefined ? only : (entry) => tests.every((test) => test(entry))
}

function compileTerm(term: Condition | Group, honours: ScopeHonours, now: number): Test | null {
  return 'alternatives' in term ? compileGroup(term, honours, now) : compileCondition(term, honours, now)
}

/** The test of one condition; null if this server does not understand it. */
export function compileCondition(condition: Condition, honours: ScopeHonours, now: number): Test | null {
  const field = fields.get(condition.field)
  if (field === undefined || !isHonoured(condition, honours)) return null
  const { negated, holds } = comparison(field, condition, now)
  const holders = holdersOf(condition, field)
  // `genre!=x` means that no genre is x. A negated condition on children means that it holds for no child.
  return (entry) => negated !== holders(entry).some((holder) => field.values(holder).some(holds))
}

export function isHonoured(condition: Condition, honours: ScopeHonours): boolean {
  if (condition.field === 'id') return honours.id === 'typed' ? condition.prefix !== null : honours.id !== false
  const exact = condition.operator === '=' || condition.operator === '!='
  return !(condition.field === 'title' && exact) || honours.title !== false
}

interface Comparison {
  negated: boolean
  holds: (value: string | number) => boolean
}

function comparison(field: Field, condition: Condition, now: number): Comparison {
  const { operator, values } = condition
  const negated = operator.startsWith('!')
  switch (field.kind) {
    case 'boolean':
      return { negated: negated !== values.includes('0'), holds: (value) => value === 1 }
    case 'tag': {
      const wanted = new Set(values.map(fold))
      return { negated, holds: (value) => wanted.has(fold(String(value))) }
    }
    case 'string': {
      const compare = stringComparisons[operator]
      const wanted = values.map(fold)
      return { negated, holds: (value) => wanted.some((want) => compare(fold(String(value)), want)) }
    }
    case 'integer': {
      const compare = numberComparisons[operator]
      const wanted = values.map(Number)
      return { negated, holds: (value) => wanted.some((want) => compare(Number(value), want)) }
    }
    case 'date': {
      const wanted = values.map((value) => momentOf(value, now))
      const compare = operator === '' || operator === '!' ? sameDay : numberComparisons[operator]
      return { negated, holds: (value) => wanted.some((want) => compare(Number(value), want)) }
    }
  }
}

const stringComparisons: Record<Operator, (value: string, want: string) => boolean> = {
  '': (value, want) => value.includes(want),
  '!': (value, want) => value.includes(want),
  '=': (value, want) => value === want,
  '!=': (value, want) => value === want,
  '<': (value, want) => value.startsWith(want),
  '<<': (value, want) => value.startsWith(want),
  '>': (value, want) => value.endsWith(want),
  '>>': (value, want) => value.endsWith(want),
}

const numberComparisons: Record<Operator, (value: number, want: number) => boolean> = {
  '': (value, want) => value === want,
  '!': (value, want) => value === want,
  '=': (value, want) => value === want,
  '!=': (value, want) => value === want,
  '>>': (value, want) => value > want,
  '>': (value, want) => value >= want,
  '<<': (value, want) => value < want,
  '<': (value, want) => value <= want,
}

const secondsPerDay = 86_400

function sameDay(value: number, want: number): boolean {
  return Math.floor(value / secondsPerDay) === Math.floor(want / secondsPerDay)
}

const secondsPerUnit: Record<string, number> = {
  s: 1,
  m: 60,
  h: 3600,
  d: secondsPerDay,
  w: 7 * secondsPerDay,
  mon: 30 * secondsPerDay,
  y: 365 * secondsPerDay,
}

/** Unix seconds of `-30d`, `2020-01-31` or a number of seconds. */
function momentOf(value: string, now: number): number {
  const relative = /^-(\d+)(mon|[smhdwy])$/.exec(value)
  if (relative !== null) return now - Number(relative[1]) * (secondsPerUnit[relative[2] ?? ''] ?? 0)
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return Date.parse(`${value}T00:00:00Z`) / 1000
  return Number(value)
}

/** Folds case alone: Plex folds accents only in its own search. */
function fold(text: string): string {
  return text.toLowerCase()
}

const ranks: Partial<Record<EntryType, number>> = { show: 1, season: 2, episode: 3, artist: 1, album: 2, track: 3 }

/** The entries whose values a condition compares: the listed entry, one of its ancestors, or its descendants. */
export function holdersOf(condition: Condition, field: Field): (entry: Entry) => readonly Entry[] {
  return (entry) => {
    const named = condition.prefix
    if (named !== null) return relatives(entry, (type) => type === named)
    if (field.on.includes(entry.type)) return [entry]
    // `resolution` of a show means its episodes; `network` of an episode means its show.
    return relatives(entry, (type) => field.on.includes(type))
  }
}

function relatives(entry: Entry, isWanted: (type: EntryType) => boolean): readonly Entry[] {
  for (let at: Entry | null = entry; at !== null; at = at.parent) if (isWanted(at.type)) return [at]
  return ranks[entry.type] === undefined ? [] : below(entry, isWanted)
}

function below(entry: Entry, isWanted: (type: EntryType) => boolean): Entry[] {
  return entry.children.flatMap((child) => (isWanted(child.type) ? [child] : below(child, isWanted)))
}
