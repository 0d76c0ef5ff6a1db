import { expect, test } from 'vitest'
import type { JobLibrary } from '../../read/job-libraries.ts'
import { parseYaml } from '../../yaml/yaml-read.ts'
import { getMap } from '../../yaml/yaml-value.ts'
import { notDrawnToday, scheduleNotes } from './schedule-notes.ts'

/** Monday. */
const now = new Date(2026, 10, 30, 14)

const libraryOf = (yaml: string): JobLibrary => ({
  mappingName: 'Movies',
  libraryName: 'Movies',
  serverIndex: 0,
  overlayFiles: [],
  removeOverlays: false,
  earlierOnSameLibrary: [],
  unresolvedSecrets: [],
  data: getMap(parseYaml(yaml, 'config.yml')),
})
const notes = (yaml: string): string[] =>
  scheduleNotes({ libraries: [libraryOf(yaml)] }, ['Movies'], now).map((note) => note.replace('"Movies": ', ''))

test('a run today that would not draw, and when one would', () => {
  expect(notes('schedule_overlays: weekly(sunday)')).toEqual([
    'a real run today would draw no overlays (schedule_overlays: weekly(sunday)); the next one that does is on Sunday, 6 December 2026',
  ])
  expect(notes('schedule: monthly(1)\nschedule_overlay: weekly(monday)')).toEqual([
    'a real run today would leave this library out (schedule: monthly(1)); the next one that does is on Tuesday, 1 December 2026',
  ])
  expect(notes('schedule_overlays: daily')).toEqual([])
  expect(notes('schedule_overlays: hourly(22-3)')).toEqual([
    "a real run today would draw no overlays unless it starts at 22 to 3 o'clock (schedule_overlays: hourly(22-3))",
  ])
  expect(notes('schedule_overlays: weekly(someday)')).toEqual([
    'Kometa does not understand "weekly(someday)" of schedule_overlays: weekly(someday): it treats it as never',
    'a real run never draws overlays (schedule_overlays: weekly(someday))',
  ])
})

test.each([
  ['schedule_overlays: weekly(sunday)', 'schedule_overlays: weekly(sunday)'],
  ['schedule: never', 'schedule: never'],
  ['overlay_files: [{default: resolution}, {default: video_format, schedule: never}]', 'schedule: never'],
  ['schedule_overlays: daily\noverlay_files: [{file: a.yml, schedule: never}]', null],
  ['schedule_overlays: hourly(22-3)', null],
  ['overlay_files: []', null],
])('whether a run today draws at all: %s', (yaml, words) => {
  const why = words === null ? null : `overlays of this library are not drawn today (${words})`
  expect(notDrawnToday({ libraries: [libraryOf(yaml)] }, 'Movies', now)).toBe(why)
})

test('the schedule of one file applies to the library', () => {
  expect(notes('overlay_files: [{default: resolution}, {default: video_format, schedule: never}]')).toEqual([
    'the schedule of default: video_format (never) applies to the whole library, not only to this file: Kometa expects it under the library, as schedule_overlays',
    'a real run never draws overlays (schedule: never)',
  ])
  const two = 'overlay_files: [{file: a.yml, schedule: never}, {file: b.yml, schedule: weekly(monday)}]'
  expect(notes(two)).toEqual([
    'the schedule of file: b.yml (weekly(monday)), the last of several, applies to the whole library, not only to this file: Kometa expects it under the library, as schedule_overlays',
  ])
  expect(notes(`schedule_overlays: daily\n${two}`)).toEqual([
    'Kometa ignores the schedules of file: a.yml (never) and file: b.yml (weekly(monday)): it follows schedule_overlays, and draws these files whenever it draws the library',
  ])
})
