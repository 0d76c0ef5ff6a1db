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
 * Why this target may lack a badge: a search was narrowed wrongly, or a read of its library was refused or failed. A
 * read that is known to be about another item does not count.
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
 * Whether a read is of another target or of its parents. Parents and children of this target concern it, and so may an
 * unknown item, which may be one of its episodes.
 */
function isOfAnother({ rating_key: key }: RefusedRead, target: JobTarget, targets: readonly JobTarget[]): boolean {
  if (key === null || isWithin(target, key)) return false
  const others = targets.filter((other) => other.server === target.server && isWithin(other, key))
  return (
    others.length > 0 &&
    !others.some(({ ancestors }) => target.ratingKey !== null && ancestors.includes(target.ratingKey))
  )
}

/** Whether the key is of the item itself or of one of its parents. */
const isWithin = ({ ratingKey, ancestors }: Pick<JobTarget, 'ratingKey' | 'ancestors'>, key: string): boolean =>
  ratingKey === key || ancestors.includes(key)

/** `<server> <section>` of a target. */
export const placeOf = ({ server, sectionId }: JobTarget): string => `${server} ${sectionId}`

/** `<server> <section>` of the item of a capture or a read; null for an unknown item. */
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
