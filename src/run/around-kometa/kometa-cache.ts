import { sep } from 'node:path'
import type { JobConfig } from '../../config/read/user-config.ts'
import { findUserCache, usesCache } from '../../config/workspace/user-cache.ts'
import type { Workspace } from '../../config/workspace/workspace.ts'
import type { OverlayState } from '../../kometa/cache/overlay-state.ts'
import type { CacheUse } from '../../kometa/cache/real-run.ts'
import { copyUserCache, readOverlayState, type WantedItems } from '../../kometa/cache/user-cache.ts'
import type { AskPython } from '../../kometa/install/ask-python.ts'

export interface KometaCacheOptions {
  config: JobConfig
  /** undefined for the sample renderer, which has no Python and no cache. */
  ask: AskPython | undefined
  workspace: Pick<Workspace, 'cachePath' | 'userPlaces'>
  wanted: WantedItems
  signal: AbortSignal
}

/** The private copy of the user's cache that one Kometa runs with. */
export interface KometaCache {
  /** For the log. */
  note: string | null
  warning: string | null
  /** Called when Kometa has ended. Answers, for a library, what the user's cache and the copy say. */
  finish(): Promise<(mapping: string) => CacheUse>
}

/**
 * Gives Kometa a private copy of the user's cache: the values from outside that its next real run would use. What the
 * cache says of overlays is kept aside, to tell which items a real run would find unchanged.
 */
export async function prepareKometaCache(options: KometaCacheOptions): Promise<KometaCache> {
  const { config, ask, workspace, wanted, signal } = options
  const { cachePath: copyTo } = workspace
  const always = (use: CacheUse, note: string | null, warning: string | null = null): KometaCache => {
    return { note, warning, finish: async () => () => use }
  }
  if (ask === undefined) return always({ kind: 'unread', why: 'only Kometa has one' }, null)
  if (!usesCache(config)) return always({ kind: 'off' }, null)
  const user = await findUserCache(config)
  if (user === null) {
    const use: CacheUse = { kind: 'read', before: null, after: null }
    return always(use, 'Kometa has no cache of this config yet: it asks for every value from outside')
  }
  const before = await copyUserCache({ ask, user, to: copyTo, wanted, signal })
  if ('failed' in before) {
    const why = String(before.failed)
    const warning = `${user.path} could not be copied (${why}): ${asksAgain}`
    return always({ kind: 'unread', why }, null, warning)
  }
  return {
    note: `Kometa runs with a private copy of ${user.path}, in which no item has been drawn yet`,
    warning: null,
    finish: async () => {
      const now = await after(before, { ask, copyTo, wanted, signal })
      return states(before, now === null ? null : withUserPaths(now, workspace))
    },
  }
}

const asksAgain = 'this preview asks for every value from outside, and may show others than the next real run would'

/** If the user's cache knows none of the items, there is nothing to compare. */
async function after(
  before: OverlayState,
  { ask, copyTo, wanted, signal }: { ask: AskPython; copyTo: string; wanted: WantedItems; signal: AbortSignal },
): Promise<OverlayState | null> {
  const isKnown = Object.values(before).some(({ items }) => Object.keys(items).length > 0)
  if (!isKnown || signal.aborted) return {}
  return readOverlayState(ask, copyTo, wanted, signal)
}

/** Kometa notes the path of an asset, its size and its time (poster.py:23): the path becomes the user's own. */
function withUserPaths(state: OverlayState, { userPlaces }: Pick<Workspace, 'userPlaces'>): OverlayState {
  for (const item of Object.values(state).flatMap(({ items }) => Object.values(items))) {
    const { poster } = item
    const [inside, users] = userPlaces.find(([ours]) => poster?.startsWith(ours + sep)) ?? []
    if (poster !== null && inside !== undefined) item.poster = `${users}${poster.slice(inside.length)}`
  }
  return state
}

function states(before: OverlayState, now: OverlayState | null): (mapping: string) => CacheUse {
  if (now === null) return () => ({ kind: 'unread', why: 'the copy that Kometa wrote into cannot be read' })
  return (mapping) => ({ kind: 'read', before: before[mapping] ?? null, after: now[mapping] ?? null })
}
