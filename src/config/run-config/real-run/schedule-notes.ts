import { overlayList } from '../../overlays/overlay-entries.ts'
import type { JobLibrary } from '../../read/job-libraries.ts'
import { isTruthy } from '../../read/normalise.ts'
import type { JobConfig } from '../../read/user-config.ts'
import { get, isMap, textOf, type YamlMap, type YamlValue } from '../../yaml/yaml-value.ts'
import { hoursOn, nextDay, readSchedule, type Schedule } from './schedule.ts'

/** The schedule of one entry in `overlay_files`. Kometa reads it, and applies it to something else. */
interface EntrySchedule {
  /** `default: resolution`. */
  entry: string
  value: YamlValue
}

/**
 * Differences because of schedules, since a preview draws now: that a real run would not draw today, when it would,
 * and that the schedule of one file disables a library. One sentence each, with the library.
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

/** Why a real run draws nothing in this library today, whatever the hour. null: it may draw. */
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

/** `schedule_overlays`. Even an empty one replaces the schedules of the files (config.py:1769-1772). */
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
  const what = `${entries.length === 1 ? 'schedule' : 'schedules'} of ${entries.map(named).join(' and ')}`
  return `Kometa ignores the ${what}: it follows ${name}, and draws these files whenever it draws the library`
}

function forTheLibrary(last: EntrySchedule, count: number): string {
  const others = count > 1 ? ', the last of several,' : ''
  const effect = 'applies to the whole library, not only to this file'
  return `the schedule of ${named(last)}${others} ${effect}: Kometa expects it under the library, as schedule_overlays`
}

/** Empty if the schedule includes every hour of today. */
function notToday(schedule: Schedule, name: string, { today, ever }: Omission, now: Date): string[] {
  const words = `${name}: ${schedule.text}`
  const faults = schedule.faults.map(
    (part) => `Kometa does not understand "${part}" of ${words}: it treats it as never`,
  )
  const hours = hoursOn(schedule, now)
  if (hours.length === 24) return faults
  if (hours.length > 0)
    return [...faults, `a real run today ${today} unless it starts at ${hourWords(hours)} (${words})`]
  const next = nextDay(schedule, now)
  if (next === null) return [...faults, `a real run ${ever} (${words})`]
  return [...faults, `a real run today ${today} (${words}); the next one that does is on ${dayWords(next)}`]
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
  // Hours before and after midnight are one span.
  if (spans.length > 1 && first[0] === 0 && last.at(-1) === 23)
    spans.splice(0, spans.length, ...spans.slice(1, -1), [...last, ...first])
  return `${spans.map((span) => (span.length === 1 ? span[0] : `${span[0]} to ${span.at(-1)}`)).join(', ')} o'clock`
}

/** "Sunday, 6 December 2026", built from parts so that it does not depend on the version of the locale data. */
function dayWords(day: Date): string {
  const part = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat('en-GB', options).format(day)
  return `${part({ weekday: 'long' })}, ${day.getDate()} ${part({ month: 'long' })} ${day.getFullYear()}`
}
