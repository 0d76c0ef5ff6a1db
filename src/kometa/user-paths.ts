import type { KometaEvent } from './log-events.ts'

/** A folder of the workspace, and the one of the user's that it stands for. */
export interface UserPlace {
  ours: string
  users: string
}

export interface UserPaths {
  text(text: string): string
  /** Hands events on with the user's paths in all their texts. */
  event(listener: (event: KometaEvent) => void): (event: KometaEvent) => void
}

/** Puts the user's own paths in the place of those of the workspace, which nobody but us knows and which is soon gone. */
export function createUserPaths(places: readonly UserPlace[]): UserPaths {
  const byLength = [...places].sort((one, other) => other.ours.length - one.ours.length)
  const patterns = byLength.map(({ ours, users }) => ({ ours, users, pattern: pathPattern(ours) }))
  const text = (given: string): string => {
    let result = given
    for (const { ours, users, pattern } of patterns) {
      if (result.includes(ours)) result = result.replace(pattern, () => users)
    }
    return result
  }
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map(deep)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deep(one)]))
  }
  return { text, event: (listener) => (event) => listener(deep(event) as KometaEvent) }
}

/** The path itself, or as the beginning of a longer one; not another name that begins with it. */
const pathPattern = (path: string): RegExp =>
  new RegExp(`${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w.-])`, 'g')
