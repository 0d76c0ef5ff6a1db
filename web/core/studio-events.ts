import { useEffect } from 'react'
import type { JobEntry, RouteReply, StudioEvent, StudioState } from '../../src/contract/api.ts'
import { streams } from '../streams/streams.ts'
import { apiUrl } from './api.ts'
import { jobsQuery, keys, queryClient, stateQuery } from './queries.ts'
import { createStore } from './store.ts'

/** Whether the studio's server is there. `starting`: nothing has been heard yet. */
export const online = createStore<'starting' | 'yes' | 'no'>('starting')

/** Keeps what the frame shows up to date for as long as the application is open. */
export function useStudioEvents(): void {
  useEffect(() => {
    let wasOpen = false
    return streams().subscribe(apiUrl('events'), null, (news) => {
      if (news.type === 'message') apply(JSON.parse(news.data) as StudioEvent)
      if (news.type !== 'state') return
      online.set(news.state === 'open' ? 'yes' : wasOpen ? 'no' : online.get())
      // What happened while it was away is not repeated.
      if (news.state === 'open' && wasOpen) void queryClient.invalidateQueries()
      wasOpen ||= news.state === 'open'
    })
  }, [])
}

function apply(event: StudioEvent): void {
  switch (event.type) {
    case 'hello':
    case 'connection':
      if (stateNow() && stateNow()?.connectionId === event.connectionId) return
      void queryClient.invalidateQueries({ queryKey: keys.state })
      void queryClient.invalidateQueries({ queryKey: keys.connection })
      void queryClient.invalidateQueries({ queryKey: keys.items })
      return
    case 'kometa':
      changeState((state) => ({ ...state, kometa: event.kometa }))
      return
    case 'index': {
      const before = stateNow()?.index.revision
      changeState((state) => ({ ...state, index: event.index }))
      if (before !== event.index.revision) void queryClient.invalidateQueries({ queryKey: keys.items })
      return
    }
    case 'job':
      changeJobs((jobs) => withJob(jobs, event.job))
      return
    case 'job-removed':
      changeJobs((jobs) => jobs.filter(({ id }) => id !== event.jobId))
      queryClient.removeQueries({ queryKey: keys.job(event.jobId) })
  }
}

const stateNow = () => queryClient.getQueryData(stateQuery.queryKey)

function changeState(change: (state: StudioState) => StudioState): void {
  queryClient.setQueryData(stateQuery.queryKey, (state) => (state ? change(state) : state))
}

/** The frame counts jobs; both it and the list follow one entry. */
function changeJobs(change: (jobs: JobEntry[]) => JobEntry[]): void {
  queryClient.setQueryData(jobsQuery.queryKey, (reply?: RouteReply<'listJobs'>) => {
    if (!reply) return reply
    const jobs = change(reply.jobs)
    return { jobs, bytes: jobs.reduce((sum, job) => sum + job.bytes, 0) }
  })
}

const rank = ({ status }: JobEntry) => (status === 'running' ? 0 : status === 'queued' ? 1 : 2)

/** Running, then queued in their order, then the newest first. */
function withJob(jobs: readonly JobEntry[], job: JobEntry): JobEntry[] {
  return [...jobs.filter(({ id }) => id !== job.id), job].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.queuePlace ?? 0) - (b.queuePlace ?? 0) ||
      Date.parse(b.createdAt) - Date.parse(a.createdAt),
  )
}
