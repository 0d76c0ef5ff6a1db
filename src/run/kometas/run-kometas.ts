import { availableParallelism } from 'node:os'
import type { JobIsolation } from '../around-kometa/supervise.ts'
import type { Job } from '../job.ts'
import { jobFolders } from '../job-folder/job-folder.ts'
import { planRuns } from '../targets/plan-runs.ts'
import { slug } from '../targets/safe-name.ts'
import type { AroundKometas, KometaOrder, KometasShared } from './kometa-order.ts'
import { createKometaProgress } from './kometa-progress.ts'
import type { KometaRun } from './kometa-run.ts'
import { runOneKometa } from './run-one.ts'

export interface KometaRuns {
  /** The Kometas that came to an end, in the order of the groups. */
  runs: KometaRun[]
  /** Why others did not: an error of ours, such as a disk without space for a workspace. */
  failures: unknown[]
}

/**
 * Runs one Kometa per group of libraries, each in a workspace of its own, and as many at once as there are processor
 * cores. A Kometa that fails does not hide what came of the others.
 */
export async function runKometas(job: Job, around: AroundKometas): Promise<KometaRuns> {
  const { request, libraries } = job.input
  const orders = ordersOf(planRuns(request.config, libraries))
  const shared: KometasShared = {
    ...around,
    allLibraries: orders.flatMap((order) => order.libraries),
    isolation: await isolationOf(job, around),
    progress: createKometaProgress({
      ...{ request, recorder: job.records.recorder, targets: job.input.chosen.targets, enter: job.phases.enter },
    }),
    toldChanges: new Set(),
  }
  const waiting = [...orders]
  const runs = new Map<number, KometaRun>()
  const failures: unknown[] = []
  const worker = async () => {
    for (let order = waiting.shift(); order && !request.signal.aborted; order = waiting.shift()) {
      try {
        runs.set(order.index, await runOneKometa(job, shared, order))
      } catch (error) {
        failures.push(error)
      }
    }
  }
  const width = Math.max(1, request.jobs ?? availableParallelism())
  await Promise.all(Array.from({ length: Math.min(width, orders.length) }, worker))
  return { runs: orders.flatMap(({ index }) => runs.get(index) ?? []), failures }
}

async function isolationOf({ guard }: Job, { proxies, gate }: AroundKometas): Promise<JobIsolation> {
  const { isolation: chosen, python } = guard
  return { chosen, python, doors: [...proxies.doors, ...gate.doors], files: await guard.files() }
}

/** One order per group. Several Kometas have a folder of logs each, named after their first library. */
function ordersOf(groups: readonly string[][]): KometaOrder[] {
  if (groups.length === 1) return groups.map((libraries, index) => ({ index, libraries, logs: jobFolders.logs }))
  const used = new Set<string>()
  return groups.map((libraries, index) => {
    let name = slug(libraries[0] ?? '') || `kometa-${index + 1}`
    // Two names of libraries may have the same slug.
    while (used.has(name)) name = `${name}-${index + 1}`
    used.add(name)
    return { index, libraries, logs: `${jobFolders.logs}/${name}` }
  })
}
