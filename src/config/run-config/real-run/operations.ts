import type { JobLibrary } from '../../read/job-libraries.ts'
import { isTruthy } from '../../read/normalise.ts'
import { get, isList, isMap, textOf, type YamlMap, type YamlValue } from '../../yaml/yaml-value.ts'
import type { OverlayWords } from './overlay-words.ts'
import { hoursOn, readSchedule } from './schedule.ts'

interface Effect {
  /** What a real run changes. */
  what: string
  /** An overlay whose file contains such a word may read the changed value. */
  seenBy: RegExp
}

/** Operations that change values which overlays read (Kometa config.py:204-238). */
const effects: Readonly<Record<string, Effect>> = {
  mass_critic_rating_update: { what: 'critic ratings', seenBy: /critic/i },
  mass_audience_rating_update: { what: 'audience ratings', seenBy: /audience/i },
  mass_user_rating_update: { what: 'user ratings', seenBy: /user/i },
  mass_episode_critic_rating_update: { what: 'critic ratings of episodes', seenBy: /critic/i },
  mass_episode_audience_rating_update: { what: 'audience ratings of episodes', seenBy: /audience/i },
  mass_episode_user_rating_update: { what: 'user ratings of episodes', seenBy: /user/i },
  mass_genre_update: { what: 'genres', seenBy: /genre/i },
  genre_mapper: { what: 'genres', seenBy: /genre/i },
  mass_content_rating_update: { what: 'content ratings', seenBy: /content_rating|commonsense/i },
  content_rating_mapper: { what: 'content ratings', seenBy: /content_rating|commonsense/i },
  mass_studio_update: { what: 'studios', seenBy: /studio/i },
  mass_original_title_update: { what: 'original titles', seenBy: /original_title/i },
  mass_originally_available_update: { what: 'release dates', seenBy: /available|release|\byear\b|\bair/i },
  mass_added_at_update: { what: 'dates of addition', seenBy: /added/i },
  mass_imdb_parental_labels: { what: 'labels', seenBy: /label/i },
  remove_title_parentheses: { what: 'titles', seenBy: /title/i },
  // Every overlay is drawn on a poster.
  mass_poster_update: { what: 'posters', seenBy: /(?:)/ },
}

/** What the `operations` of a library change before a real run draws, one sentence for each kind of value. */
export function operationNotes({ data }: JobLibrary, words: OverlayWords, now: Date): string[] {
  const byWhat = new Map<string, string[]>()
  for (const operation of operationsOf(data)) {
    const schedule = operation.get('schedule')
    for (const [name, { what, seenBy }] of Object.entries(effects)) {
      if (!changes(operation.get(name)) || !words.mayName(seenBy)) continue
      byWhat.set(what, [...(byWhat.get(what) ?? []), `${name}${scheduleWords(schedule, now)}`])
    }
  }
  return [...byWhat].map(([what, names]) => {
    const cause = `a real run changes ${what} before it draws (operations: ${names.join(', ')})`
    return `${cause}; this preview shows those that Plex has now`
  })
}

/** `operations` is one map, or a list of maps with schedules of their own. */
function operationsOf(data: YamlMap | null): YamlMap[] {
  const value = get(data ?? undefined, 'operations')
  return (isList(value) ? value : [value]).filter(isMap)
}

/** `lock` and `unlock` leave the value unchanged. */
function changes(value: YamlValue | undefined): boolean {
  const steps = isList(value) ? value : [value]
  return steps.some((step) => isTruthy(step) && !/^(?:un)?lock$/i.test(textOf(step)))
}

function scheduleWords(value: YamlValue | undefined, now: Date): string {
  if (!isTruthy(value)) return ''
  const schedule = readSchedule(value ?? null)
  return `, ${hoursOn(schedule, now).length > 0 ? 'also today' : 'not today'} by its schedule ${schedule.text}`
}
