import type { JobDetail } from '../../src/contract/api.ts'
import { count } from '../core/format.ts'

/** From so many items with one reason on, they are counted and not named. */
const countedFrom = 3

/** Why the job is not a success, each reason once: what stopped the whole job stands not again for every item. */
export function problemWords({ problems, targets }: Pick<JobDetail, 'problems' | 'targets'>): string[] {
  const reasons = new Map(targets.flatMap(({ title, reason }) => (reason ? [[`${title}: ${reason}`, reason]] : [])))
  const itemsOf = (reason: string) => problems.filter((problem) => reasons.get(problem) === reason).length
  const words = problems.flatMap((problem) => {
    const reason = reasons.get(problem)
    if (reason === undefined) return [problem]
    if (problems.includes(reason)) return []
    return [itemsOf(reason) >= countedFrom ? `${count(itemsOf(reason), 'item')}: ${reason}` : problem]
  })
  return [...new Set(words)]
}
