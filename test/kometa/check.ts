import { expect } from 'vitest'
import type { DirectRun } from './run-direct.ts'
import type { PreviewRun } from './run-preview.ts'
import type { Scenario, Upload } from './scenario.ts'

/** Uploads by ratingKey, each as `poster <sha256>`, in order. */
export function listUploads(uploads: ReadonlyMap<string, Upload[]>, keys: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(
    keys.map((key) => [key, (uploads.get(key) ?? []).map(({ kind, sha256 }) => `${kind} ${sha256}`)]),
  )
}

/** The preview kept exactly what Plex got from Kometa itself: for every target, and without scope for every item. */
export function compareUploads(scenario: Scenario, direct: DirectRun, preview: PreviewRun, scoped: boolean): void {
  // A preview draws items without a backup from what Plex has, and only targets' backups are copied in.
  const kept = Object.keys(scenario.folder).map((path) => /Original Posters\/(\d+)\./.exec(path)?.[1])
  const others = [...direct.uploads.keys(), ...preview.uploads.keys()].filter((key) => !kept.includes(key))
  const keys = [...new Set([...scenario.targets, ...(scoped ? [] : others)])]
  const wanted = listUploads(direct.uploads, keys)
  if (scenario.comparedUploads !== undefined) {
    for (const key of keys) wanted[key] = (wanted[key] ?? []).slice(0, scenario.comparedUploads)
  }
  expect(listUploads(preview.uploads, keys), 'what the preview kept against what Plex got').toEqual(wanted)
}

/** A definition that fails draws nothing on both sides, so equal bytes would prove nothing. */
const failures =
  /(?:TMDb|Mapping\/Convert|URL|Config|Template) Error|Overlay Error:|\[CRITICAL\]|Traceback|attribute not allowed/

/** Compares a preview with what the scenario expects of it. */
export function checkExpectation(
  scenario: Scenario,
  { summary, uploads, log }: PreviewRun,
  { scoped, strategy }: { scoped: boolean; strategy: 'title' | 'filter' | null },
): void {
  const { expect: wanted = {}, targets } = scenario
  const problems = (scoped ? wanted.problemsScoped : undefined) ?? wanted.problems ?? []
  expect(summary.problems, 'problems').toEqual(problems.map((words) => expect.stringMatching(words)))
  expect(summary.status).toBe((scoped ? wanted.statusScoped : undefined) ?? wanted.status ?? 'success')
  expect(summary.refused_reads).toEqual([])
  const configFaults = summary.config_faults.map(({ words }) => words)
  expect(configFaults, 'config_faults').toEqual(
    (wanted.configFaults ?? []).map((words) => expect.stringMatching(words)),
  )
  for (const key of targets) {
    const result = summary.targets.find((target) => target.rating_key === key)
    const count = wanted.uploads?.[key] ?? 1
    expect(uploads.get(key)?.length ?? 0, `uploads of ${key}`).toBe(count)
    expect(result?.status, `status of ${key}`).toBe(count === 0 ? 'missing' : 'exported')
    if (wanted.realRun?.[key] !== undefined)
      expect(result?.real_run, `a real run of ${key}`).toMatchObject({ would: wanted.realRun[key] })
    const notes = wanted.notes?.[key] ?? []
    expect(result?.notes, `notes of ${key}`).toEqual(notes.map((words) => expect.stringMatching(words)))
    const fault = wanted.faults?.[key]
    expect(result?.fault ?? null, `fault of ${key}`).toEqual(fault ? expect.stringMatching(fault) : null)
    if (wanted.base?.[key] !== undefined) expect(result?.base_used, `base of ${key}`).toBe(wanted.base[key])
    if (wanted.overlays?.[key]) expect(result?.overlays_applied, `overlays of ${key}`).toEqual(wanted.overlays[key])
    expect(result?.restore, `${key} is restored`).toBe(wanted.restored?.includes(key) ?? false)
  }
  const errors = log
    .split('\n')
    .filter((line) => failures.test(line) && !wanted.errors?.some((words) => words.test(line)))
  expect(errors, 'what Kometa could not do').toEqual([])
  for (const pattern of wanted.logged ?? []) expect(log).toMatch(pattern)
  if (!scoped) {
    expect(summary.scope).toEqual([])
    return
  }
  for (const pattern of wanted.warnings ?? []) expect(summary.warnings.join('\n')).toMatch(pattern)
  for (const [key, definitions] of Object.entries(wanted.extras ?? {})) {
    const extra = summary.extras.find(({ rating_key }) => rating_key === key)
    expect(extra?.definitions, `drawn on ${key}`).toEqual(definitions)
  }
  const strategies = [...new Set(summary.scope.map(({ strategy }) => strategy))]
  expect(strategies).toEqual([strategy ?? wanted.strategy ?? 'id'])
  expect(summary.scope.flatMap(({ contradictions }) => contradictions)).toEqual([])
  expect(summary.scope.map(({ recheck }) => recheck?.agrees)).not.toContain(false)
  const strangers = summary.extras.filter(({ reason }) => !/^(?:above the target|decoy)/.test(reason))
  expect(strangers.map(({ rating_key }) => rating_key)).toEqual(wanted.outsideScope ?? [])
}
