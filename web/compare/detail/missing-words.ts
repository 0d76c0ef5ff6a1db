import type { Outcome } from '../../../src/contract/api/api.ts'
import { outcomeTone } from '../../core/jobs/job-words.ts'
import type { IconName } from '../../ui/icon-paths.ts'
import type { Tone } from '../../ui/tone.ts'

export interface MissingWords {
  headline: string
  /** The rest of the reason, mostly Kometa's own words. */
  detail: string | null
  tone: Tone
  icon: IconName
}

const icons: Record<Tone, IconName> = { good: 'check', warn: 'warning', bad: 'cross', plain: 'info' }

/** A shorter beginning of a reason does not make sense as a headline. */
const minHeadlineChars = 12

/** Why there is no after picture: a headline, and the rest. */
export function missingWords(outcome: Outcome, reason: string | null): MissingWords {
  const tone = outcomeTone[outcome]
  const [headline, detail] = splitReason(reason ?? 'Kometa drew nothing for this item.')
  const isStopped = outcome === 'cancelled' || outcome === 'interrupted'
  return {
    headline: isStopped ? `Not drawn: ${outcome}` : headline,
    detail: isStopped ? null : detail,
    tone,
    icon: isStopped ? 'stop' : icons[tone],
  }
}

/** `Kometa could not draw it: Image Error: …`: the first part is ours, the rest is Kometa's. */
function splitReason(reason: string): [string, string | null] {
  const end = /[.!?](?= )|:(?= )/g
  end.lastIndex = minHeadlineChars
  const found = end.exec(reason)
  if (!found) return [reason, null]
  return [`${reason.slice(0, found.index)}.`, reason.slice(found.index + 1).trim()]
}
