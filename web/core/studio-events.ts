import { useEffect } from 'react'
import type { JobEntry, RouteReply, StudioEvent, StudioState } from '../../src/contract/api/api.ts'
import { streams } from '../streams/streams.ts'
import { ApiError, apiUrl, call } from './api.ts'
import { setJobDraft } from './draft/draft.ts'
import { online } from './online.ts'
import { jobsQuery, keys, queryClient, stateQuery } from './queries.ts'

/** Keeps the frame up to date while the application is open. */
export function useStudioEvents(): void {
  useEffect(() => {
    let wasOpen = false
    let missed = 0
    return streams().subscribe(apiUrl('events'), null, (news) => {
      if (news.type === 'message') apply(JSON.parse(news.data) as StudioEvent)
      if (news.type !== 'state') return
      if (news.state === 'waiting') {
        missed += 1
        void lookForServer(missed > 1)
        return
      }
      missed = 0
      wasOpen ||= online.get() === 'no'
      online.set('yes')
      // Events during the absence are not repeated.
      if (wasOpen) void queryClient.invalidateQueries()
      wasOpen = true
    })
  }, [])
}

/** No news arrive. The server may be gone, or it may have no room for another listener. */
async function lookForServer(again: boolean): Promise<void> {
  try {
    await call('health', {})
    // A stream that was only interrupted returns after a moment.
    if (again) online.set('deaf')
  } catch (error) {
    online.set(error instanceof ApiError && error.code === 'OFFLINE' ? 'no' : 'deaf')
  }
}

function apply(event: StudioEvent): void {
  switch (event.type) {
    case 'hello':
      if (stateNow() && stateNow()?.connectionId === event.connectionId) return
      void queryClient.invalidateQueries({ queryKey: keys.connection })
      void queryClient.invalidateQueries({ queryKey: keys.state })
      void queryClient.invalidateQueries({ queryKey: keys.items })
      return
    case 'connection':
      // Even the same connection may have changed: its file or its Plex.
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
      setJobDraft(event.jobId, null)
  }
}

const stateNow = () => queryClient.getQueryData(stateQuery.queryKey)

function changeState(change: (state: StudioState) => StudioState): void {
  queryClient.setQueryData(stateQuery.queryKey, (state) => (state ? change(state) : state))
}

/** Updates one entry for the list of jobs and for the frame, which counts jobs. */
function changeJobs(change: (jobs: JobEntry[]) => JobEntry[]): void {
  queryClient.setQueryData(jobsQuery.queryKey, (reply?: RouteReply<'listJobs'>) => {
    if (!reply) return reply
    const jobs = change(reply.jobs)
    return { jobs, bytes: jobs.reduce((sum, job) => sum + job.bytes, 0) }
  })
}

const rank = ({ status }: JobEntry) => (status === 'running' ? 0 : status === 'queued' ? 1 : 2)

/** The running job first, then the queue in its order, then the newest. */
function withJob(jobs: readonly JobEntry[], job: JobEntry): JobEntry[] {
  return [...jobs.filter(({ id }) => id !== job.id), job].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.queuePlace ?? 0) - (b.queuePlace ?? 0) ||
      Date.parse(b.createdAt) - Date.parse(a.createdAt),
  )
}
