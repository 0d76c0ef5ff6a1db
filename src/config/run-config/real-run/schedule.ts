import { isList, textOf, type YamlValue } from '../../yaml/yaml-value.ts'

/** A schedule as Kometa reads it (util.py:644-820 of 2.4.4; unchanged since 2.0). */
export interface Schedule {
  /** The text in the config. */
  text: string
  /** Whether the schedule includes a run that starts in this hour of this day. */
  includes(day: Date, hour: number): boolean
  /** The parts that Kometa does not understand and treats as never. */
  faults: string[]
}

type Rule = (day: Date, hour: number) => boolean

const never: Rule = () => false
const hoursOfDay = Array.from({ length: 24 }, (_, hour) => hour)
/** Far enough for leap years and for `date(...)` of a later year. */
const daysAhead = 4 * 366

export function readSchedule(value: YamlValue): Schedule {
  const faults: string[] = []
  const rules = partsOf(value).map((part) => ruleOf(part, faults))
  return { text: wordsOf(value), faults, includes: (day, hour) => rules.some((rule) => rule(day, hour)) }
}

/** The hours of a day that the schedule includes. Empty: it does not include this day. */
export const hoursOn = (schedule: Schedule, day: Date): number[] =>
  hoursOfDay.filter((hour) => schedule.includes(day, hour))

/** The next day that the schedule includes. null: there is none within four years. */
export function nextDay(schedule: Schedule, from: Date): Date | null {
  for (let ahead = 1; ahead <= daysAhead; ahead++) {
    const day = new Date(from.getFullYear(), from.getMonth(), from.getDate() + ahead, 12)
    if (hoursOn(schedule, day).length > 0) return day
  }
  return null
}

const wordsOf = (value: YamlValue): string => (isList(value) ? value.map(textOf).join(', ') : textOf(value))

/** A list, or a text with commas. `all[...]` contains commas of its own. */
function partsOf(value: YamlValue): string[] {
  if (isList(value)) return value.map((item) => textOf(item).trim())
  const text = textOf(value)
  return text.includes('all') ? [text.trim()] : text.split(',').map((part) => part.trim())
}

function ruleOf(part: string, faults: string[]): Rule {
  const text = part.toLowerCase()
  const fault = (): Rule => {
    faults.push(part)
    return never
  }
  if (text.startsWith('all')) {
    const inner = between(text, '[', ']')
    if (inner === undefined) return fault()
    const rules = inner.split(',').map((each) => ruleOf(each.trim(), faults))
    return (day, hour) => rules.every((rule) => rule(day, hour))
  }
  if (/^(?:day|daily|non_existing)/.test(text)) return () => true
  if (text === 'never') return never
  const value = between(text, '(', ')')
  const kind = /^(?:hour|week|month|year|date|range)/.exec(text)?.[0]
  if (kind === undefined || value === undefined) return fault()
  return kinds[kind]?.(value) ?? fault()
}

/** The rules by the first word of a schedule. undefined: Kometa refuses the value. */
const kinds: Readonly<Record<string, (value: string) => Rule | undefined>> = {
  hour: hourly,
  week: weekly,
  month: monthly,
  year: (value) => onDate(value, 2),
  date: (value) => onDate(value, 3),
  range: ranges,
}

function hourly(value: string): Rule | undefined {
  const [start = Number.NaN, end] = value.split('-').map(wholeNumber)
  if (!isHour(start) || (end !== undefined && (!isHour(end) || start === end))) return undefined
  if (end === undefined) return (_, hour) => hour === start
  return (_, hour) => (end > start ? hour >= start && hour <= end : hour >= start || hour <= end)
}

const isHour = (hour: number): boolean => hour >= 0 && hour <= 23
const wholeNumber = (text: string): number => (/^\s*-?\d+\s*$/.test(text) ? Number(text) : Number.NaN)

/** From Sunday on, as JavaScript counts. */
const dayNames = [
  ['sunday', 'sun', 'su', 'u'],
  ['monday', 'mon', 'm'],
  ['tuesday', 'tues', 'tue', 'tu', 't'],
  ['wednesday', 'wed', 'w'],
  ['thursday', 'thurs', 'thur', 'thu', 'th', 'r'],
  ['friday', 'fri', 'f'],
  ['saturday', 'sat', 's'],
]

function weekly(value: string): Rule | undefined {
  const days = value.split('|').map((name) => dayNames.findIndex((names) => names.includes(name)))
  return days.includes(-1) ? undefined : (day) => days.includes(day.getDay())
}

const lastOf = (day: Date): number => new Date(day.getFullYear(), day.getMonth() + 1, 0).getDate()

function monthly(value: string): Rule | undefined {
  if (value === 'last') return (day) => day.getDate() === lastOf(day)
  const wanted = wholeNumber(value)
  return wanted >= 1 && wanted <= 31 ? (day) => day.getDate() === wanted : undefined
}

/** `MM/DD` or `MM/DD/YYYY`. A day that the month does not have means its last day. */
function onDate(value: string, parts: 2 | 3): Rule | undefined {
  const [month = 0, wanted = 0, year] = value.split('/').map(wholeNumber)
  if (!(month >= 1 && month <= 12) || Number.isNaN(wanted) || (parts === 3 && !(year !== undefined && year > 0)))
    return undefined
  return (day) =>
    day.getMonth() + 1 === month &&
    (parts === 2 || day.getFullYear() === year) &&
    (day.getDate() === wanted || (day.getDate() === lastOf(day) && wanted > lastOf(day)))
}

const rangePattern = /^(1[0-2]|0?[1-9])\/(3[01]|[12][0-9]|0?[1-9])-(1[0-2]|0?[1-9])\/(3[01]|[12][0-9]|0?[1-9])$/

function ranges(value: string): Rule | undefined {
  const rules = value.split('|').flatMap((range): Rule[] => {
    const found = rangePattern.exec(range)
    if (!found) return []
    const [startMonth = 0, startDay = 0, endMonth = 0, endDay = 0] = found.slice(1).map(Number)
    const [start, end] = [dayOfYear(startMonth, startDay), dayOfYear(endMonth, endDay)]
    return [
      (day) => {
        const now = dayOfYear(day.getMonth() + 1, day.getDate())
        return start <= end ? now >= start && now <= end : now >= start || now <= end
      },
    ]
  })
  return rules.length === 0 ? undefined : (day, hour) => rules.some((rule) => rule(day, hour))
}

/**
 * A number that orders days. Kometa takes a day that a month never has for its last day, and 29 February for the
 * 28th.
 */
function dayOfYear(month: number, day: number): number {
  const last = month === 2 ? 28 : [4, 6, 9, 11].includes(month) ? 30 : 31
  return month * 100 + Math.min(day, last)
}

/** The text between an opening character and the next closing one. undefined: there is none. */
function between(text: string, open: string, close: string): string | undefined {
  for (let start = text.indexOf(open); start >= 0; start = text.indexOf(open, start + 1)) {
    const end = text.indexOf(close, start + 1)
    if (end < 0) return undefined
    if (end > start + 1) return text.slice(start + 1, end)
  }
  return undefined
}
