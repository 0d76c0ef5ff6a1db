import type { JobLibrary } from '../../read/job-libraries.ts'
import type { JobConfig } from '../../read/user-config.ts'
import { get, isList, textOf } from '../../yaml/yaml-value.ts'

type Step = 'operations' | 'metadata' | 'collections'
const before: readonly Step[] = ['operations', 'metadata', 'collections']

/** The steps that a real run takes before it draws. Kometa inserts steps that `run_order` lacks (config.py:725-751). */
export function stepsBeforeDrawing({ document }: Pick<JobConfig, 'document'>, { data }: JobLibrary): Set<Step> {
  const value =
    get(data ?? undefined, 'run_order') ??
    get(data ?? undefined, 'settings', 'run_order') ??
    get(document, 'settings', 'run_order')
  const listed = (isList(value) ? value : textOf(value).split(',')).map((item) => textOf(item).trim().toLowerCase())
  const drawing = listed.indexOf('overlays')
  return new Set(before.filter((step) => drawing < 0 || !listed.includes(step) || listed.indexOf(step) < drawing))
}
