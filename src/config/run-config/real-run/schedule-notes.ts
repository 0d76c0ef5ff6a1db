import { overlayList } from '../../overlays/overlay-entries.ts'
import type { JobLibrary } from '../../read/job-libraries.ts'
import { isTruthy } from '../../read/normalise.ts'
import type { JobConfig } from '../../read/user-config.ts'
import { get, isMap, textOf, type YamlMap, type YamlValue } from '../../yaml/yaml-value.ts'
import { hoursOn, nextDay, readSchedule, type Schedule } from './schedule.ts'

/** Schedules that an entry of `overlay_files` may have; Kometa reads them, and makes something else of them. */
interface EntrySchedule {
  /** `default: resolution`. */
  entry: string
  value: YamlValue
}

/**
 * What a real run does because of schedules and a preview does not, which draws now: that today it would not draw, and when it
 * would; that the schedule of one file switches off a library. A sentence each, with the library.
 */
export function scheduleNotes(config: Pick<JobConfig, 'libraries'>, libraries: readonly string[], now: Date): string[] {
  return config.libraries
    .filter(({ mappingName }) => libraries.includes(mappingName))
    .flatMap((library) => notesOf(library, now).map((note) => `"${library.mappingName}": ${note}`))
}

function notesOf({ data }: JobLibrary, now: Date): string[] {
  const whole = get(data ?? undefined, 'schedule')
  const notes = isTruthy(whole) ? notToday(readSchedule(whole ?? null), 'schedule', leavesOut, now) : []
  const entries = entrySchedules(data)
  const own = ownOverlaySchedule(data)
  const last = entries.at(-1)
  if (own) {
    if (entries.length > 0) notes.push(unheeded(entries, own.name))
    if (isTruthy(own.value)) notes.push(...notToday(readSchedule(own.value), own.name, drawsNothing, now))
  } else if (last) {
    notes.push(forTheLibrary(last, entries.length))
    notes.push(...notToday(readSchedule(last.value), 'schedule', drawsNothing, now))
  }
  return notes
}

/** Why a real run of today draws nothing in this library, at whatever hour it starts; null where it may draw. */
export function notDrawnToday({ libraries }: Pick<JobConfig, 'libraries'>, mapping: string, now: Date): string | null {
  const data = libraries.find(({ mappingName }) => mappingName === mapping)?.data ?? null
  const own = ownOverlaySchedule(data)
  const schedules = [
    { name: 'schedule', value: get(data ?? undefined, 'schedule') },
    own ?? { name: 'schedule', value: entrySchedules(data).at(-1)?.value },
  ]
  for (const { name, value } of schedules) {
    if (value === undefined || !isTruthy(value)) continue
    const schedule = readSchedule(value)
    if (hoursOn(schedule, now).length === 0)
      return `overlays of this library are not drawn today (${name}: ${schedule.text})`
  }
  return null
}

interface Omission {
  today: string
  ever: string
}
const leavesOut: Omission = { today: 'would leave this library out', ever: 'always leaves this library out' }
const drawsNothing: Omission = { today: 'would draw no overlays', ever: 'never draws overlays' }

/** `schedule_overlays`, also where it is empty: it then takes the place of those of the files (config.py:1769-1772). */
function ownOverlaySchedule(data: YamlMap | null): { name: string; value: YamlValue } | null {
  const name = ['schedule_overlays', 'schedule_overlay'].find((key) => data?.has(key))
  return name === undefined ? null : { name, value: data?.get(name) ?? null }
}

function entrySchedules(data: YamlMap | null): EntrySchedule[] {
  return overlayList(get(data ?? undefined, 'overlay_files')).flatMap((item): EntrySchedule[] => {
    const value = get(item, 'schedule')
    if (!isMap(item) || value === undefined || !isTruthy(value)) return []
    const form = ['url', 'git', 'pmm', 'default', 'repo', 'file', 'folder'].find((key) => isTruthy(item.get(key)))
    return [{ entry: form === undefined ? 'an entry' : `${form}: ${textOf(item.get(form))}`, value }]
  })
}

const named = ({ entry, value }: EntrySchedule): string => `${entry} (${readSchedule(value).text})`

function unheeded(entries: readonly EntrySchedule[], name: string): string {
  const [one] = entries
  const what = entries.length === 1 && one ? `the schedule of ${named(one)} counts` : 'the schedules of '
  const list = entries.length === 1 ? '' : `${entries.map(named).join(' and ')} count`
  return `${what}${list} for nothing: Kometa goes by ${name}, and draws these files whenever it draws the library`
}

function forTheLibrary(last: EntrySchedule, count: number): string {
  const others = count > 1 ? ', the last of several,' : ''
  return `the schedule of ${named(last)}${others} holds for the whole library, not for this file alone: Kometa wants it under the library, as schedule_overlays`
}

/** Nothing where a run of today counts at every hour. */
function notToday(schedule: Schedule, name: string, { today, ever }: Omission, now: Date): string[] {
  const words = `${name}: ${schedule.text}`
  const faults = schedule.faults.map((part) => `Kometa does not understand "${part}" of ${words}: it never runs by it`)
  const hours = hoursOn(schedule, now)
  if (hours.length === 24) return faults
  if (hours.length > 0)
    return [...faults, `a real run of today ${today} unless it starts at ${hourWords(hours)} (${words})`]
  const next = nextDay(schedule, now)
  if (next === null) return [...faults, `a real run ${ever} (${words})`]
  return [...faults, `a real run of today ${today} (${words}); the next one that does is on ${dayWords(next)}`]
}

/** "5 o'clock", "22 to 3 o'clock". */
function hourWords(hours: readonly number[]): string {
  const spans: number[][] = []
  for (const hour of hours) {
    const span = spans.at(-1)
    if (span?.at(-1) === hour - 1) span.push(hour)
    else spans.push([hour])
  }
  const [first = [], last = []] = [spans[0], spans.at(-1)]
  // The night is one span.
  if (spans.length > 1 && first[0] === 0 && last.at(-1) === 23)
    spans.splice(0, spans.length, ...spans.slice(1, -1), [...last, ...first])
  return `${spans.map((span) => (span.length === 1 ? span[0] : `${span[0]} to ${span.at(-1)}`)).join(', ')} o'clock`
}

/** "Sunday, 6 December 2026", with every version of the names' tables. */
function dayWords(day: Date): string {
  const part = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat('en-GB', options).format(day)
  return `${part({ weekday: 'long' })}, ${day.getDate()} ${part({ month: 'long' })} ${day.getFullYear()}`
}
