import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { JobEntry } from '../../src/contract/api/api.ts'
import { jobsQuery } from '../core/queries.ts'
import { createStore, useStore } from '../core/store.ts'

/** The job that Run, Compare and Safety show when the address names none. */
const lastJobId = createStore<string | null>(null)

/** undefined while it is not known yet; null when there is no job. */
export function useCurrentJob(idOfAddress: string | null): JobEntry | null | undefined {
  const jobs = useQuery(jobsQuery).data?.jobs
  const remembered = useStore(lastJobId)
  useEffect(() => {
    if (idOfAddress) lastJobId.set(idOfAddress)
  }, [idOfAddress])
  if (!jobs) return undefined
  return jobs.find(({ id }) => id === (idOfAddress ?? remembered)) ?? (idOfAddress ? null : (jobs[0] ?? null))
}
