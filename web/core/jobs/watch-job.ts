import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { JobDetail, JobStreamEvent } from '../../../src/contract/api/api.ts'
import { streams } from '../../streams/streams.ts'
import { apiUrl } from '../api.ts'
import { jobQuery, keys, queryClient } from '../queries.ts'
import { applyJobEvent } from './job-events.ts'
import { addLogLines } from './job-log.ts'

/** How many earlier log lines a window gets when it joins: one screen. The open log loads more. */
const joinedLines = 200

/** Follows a job while the component exists. After a reload it continues where the stream was. */
export function useWatchedJob(jobId: string) {
  const query = useQuery(jobQuery(jobId))
  const loaded = query.data !== undefined
  /** Grows when the stream must be opened again from the last read state. */
  const [round, setRound] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round opens the stream anew.
  useEffect(() => {
    const detail = queryClient.getQueryData(jobQuery(jobId).queryKey)
    if (!loaded || !detail) return
    let live = true
    const readAnew = async () => {
      await queryClient.invalidateQueries({ queryKey: keys.job(jobId), exact: true })
      if (live) setRound((n) => n + 1)
    }
    const stop = streams().subscribe(
      `${apiUrl('jobEvents', { jobId })}?lines=${joinedLines}`,
      detail.lastEventId,
      (news) => {
        if (news.type === 'stale') void readAnew()
        if (news.type !== 'message') return
        const event = JSON.parse(news.data) as JobStreamEvent
        if (event.type === 'log') addLogLines(jobId, event.lines)
        else {
          queryClient.setQueryData(jobQuery(jobId).queryKey, (job?: JobDetail) =>
            job ? applyJobEvent(job, event, news.id) : job,
          )
        }
        // Only the whole job has counts, problems and warnings.
        if (event.type === 'end' || event.type === 'closed') {
          void queryClient.invalidateQueries({ queryKey: keys.job(jobId) })
        }
      },
    )
    return () => {
      live = false
      stop()
    }
  }, [jobId, loaded, round])

  return query
}
