import type { TargetResult } from '../../contract/summary.ts'
import type { LibraryRun } from '../../kometa/log/outcome/kometa-outcome.ts'
import { leftOut } from '../../kometa/log/outcome/left-out-overlays.ts'
import type { ItemResult } from '../../kometa/log/read/log-events.ts'
import type { JobScopeReport } from '../around-kometa/start-proxies.ts'
import type { JobTarget } from '../targets/job-target.ts'
import type { QueuePlaces } from './queue-places.ts'

type Claims = Pick<
  TargetResult,
  'overlays_applied' | 'overlays_lost' | 'overlays_suppressed' | 'overlays_without_place' | 'overlays_without_value'
>

export interface ClaimContext {
  targets: readonly JobTarget[]
  scopes: readonly JobScopeReport[]
  queuePlaces: QueuePlaces
}

/** The overlays in a target's picture, and those that found the target and are not in it. */
export function claimsOf(
  { target, item, run }: { target: JobTarget; item: ItemResult; run: LibraryRun | undefined },
  context: ClaimContext,
): Claims {
  const claim = leftOut(item, {
    matched: run?.matched ?? [],
    listTitle: hasOwnName(target, context) ? target.listTitle : null,
    places: (overlay) => context.queuePlaces(item.library, overlay),
  })
  return {
    overlays_applied: claim.applied.map(({ name }) => name),
    overlays_lost: claim.lost,
    overlays_suppressed: claim.suppressed,
    overlays_without_place: claim.without_place,
    overlays_without_value: claim.without_value,
  }
}

/** Whether no other item that Kometa saw has the same name in its lists. */
function hasOwnName(target: JobTarget, { targets, scopes }: ClaimContext): boolean {
  const others = targets.filter((other) => other !== target && other.listTitle === target.listTitle)
  const decoys = scopes.flatMap((scope) => (scope.server === target.server ? scope.decoys : []))
  const likely = decoys.some(({ title, type }) => type === target.type && title === target.logTitle)
  return !likely && !others.some((other) => placeOf(other) === placeOf(target))
}

const placeOf = ({ server, sectionId }: JobTarget): string => `${server} ${sectionId}`
