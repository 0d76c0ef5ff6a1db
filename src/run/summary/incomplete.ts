import type { Capture, RefusedRead } from '../../contract/records.ts'
import type { JobScopeReport } from '../around-kometa/start-proxies.ts'
import type { JobTarget } from '../targets/job-target.ts'
import { isKometas } from './judge-job.ts'

interface Reads {
  records: { refused: readonly RefusedRead[] }
  targets: readonly JobTarget[]
  scopes: readonly JobScopeReport[]
}

/**
 * What may have cost this target a badge: a search that was narrowed wrongly, or a refused or failed read of its library that
 * is not known to be about another item.
 */
export function incompleteBecause(target: JobTarget, { records, targets, scopes }: Reads): string | null {
  const recheck = scopes.find(({ server }) => server === target.server)?.recheck
  if (recheck?.agrees === false) return `${recheck.target}: ${recheck.why}`
  const read = records.refused.filter(isKometas).find((one) => {
    if (one.server !== target.server || isOfAnother(one, target, targets)) return false
    const place = one.section === null ? sectionOf(one, targets, scopes) : `${one.server} ${one.section}`
    return place === null || place === placeOf(target)
  })
  if (!read) return null
  return `${read.method} ${read.path}${read.query === '' ? '' : `?${read.query}`} was ${read.outcome}: ${read.reason}`
}

/**
 * A read of another target, or of what is above that one. What is above or below this target concerns it, and so may an item
 * that nobody knows: an episode of it, perhaps.
 */
function isOfAnother({ rating_key: key }: RefusedRead, target: JobTarget, targets: readonly JobTarget[]): boolean {
  if (key === null || isWithin(target, key)) return false
  const others = targets.filter((other) => other.server === target.server && isWithin(other, key))
  return (
    others.length > 0 &&
    !others.some(({ ancestors }) => target.ratingKey !== null && ancestors.includes(target.ratingKey))
  )
}

/** The item itself, or what is above it. */
const isWithin = ({ ratingKey, ancestors }: Pick<JobTarget, 'ratingKey' | 'ancestors'>, key: string): boolean =>
  ratingKey === key || ancestors.includes(key)

/** `<server> <section>` of a target. */
export const placeOf = ({ server, sectionId }: JobTarget): string => `${server} ${sectionId}`

/** The same of the item that a capture or a read is of; null for one that nobody knows. */
export function sectionOf(
  { rating_key, server }: Pick<Capture, 'rating_key' | 'server'>,
  targets: readonly JobTarget[],
  scopes: readonly JobScopeReport[],
): string | null {
  const key = rating_key ?? ''
  const target = targets.find((one) => one.server === server && isWithin(one, key))
  if (target) return placeOf(target)
  const decoy = scopes.find((scope) => scope.server === server)?.decoys.find((one) => one.ratingKey === key)
  return decoy ? `${server} ${decoy.section}` : null
}
