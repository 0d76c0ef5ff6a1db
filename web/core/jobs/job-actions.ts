import { useMutation } from '@tanstack/react-query'
import type { JobDetail } from '../../../src/contract/api/api.ts'
import { tell, tellProblem } from '../../ui/announce.tsx'
import { ApiError, call } from '../api.ts'
import { setJobDraft } from '../draft/draft.ts'
import { jobQuery, keys, queryClient } from '../queries.ts'
import { jobPath } from '../route.ts'
import { navigate } from '../router.ts'
import { createStore } from '../store.ts'
import type { RerunChoice } from './rerun-choices.ts'

const refreshJobs = () => {
  void queryClient.invalidateQueries({ queryKey: keys.jobs })
  void queryClient.invalidateQueries({ queryKey: keys.state })
  void queryClient.invalidateQueries({ queryKey: keys.settings })
}

export interface Rerun {
  jobId: string
  use?: 'file' | 'job'
  configText?: string
  fresh?: boolean
  /** Secrets that were typed again, by the numbers of their masks. */
  secrets?: Record<string, string>
}

/** The job that needs its secrets typed again before it can run. */
export const askedSecrets = createStore<Rerun | null>(null)

/** Runs a job again, unchanged or with another config, and shows it. */
export function useRerun() {
  return useMutation({
    mutationFn: ({ jobId, ...body }: Rerun) => call('rerunJob', { params: { jobId }, body }),
    onSuccess(job, { jobId, configText }) {
      // From here on the edit belongs to the new job.
      if (configText !== undefined) setJobDraft(jobId, null)
      queryClient.setQueryData(jobQuery(job.id).queryKey, job)
      refreshJobs()
      navigate(jobPath('run', job.id))
    },
    onError(error, { secrets: _typed, ...wanted }) {
      if (error instanceof ApiError && error.code === 'SECRETS_GONE') askedSecrets.set(wanted)
      else tellProblem(error)
    },
  })
}

/** Starts a new job for the items of another job, with the edit in this window. */
export function useStartEdited() {
  return useMutation({
    mutationFn: ({ job, ...edit }: { job: JobDetail } & Omit<RerunChoice & { use: 'edit' }, 'use' | 'words'>) => {
      const { connectionId, configText, editedRevision } = edit
      const targets = job.targets.flatMap(({ server, ratingKey }) =>
        server === null || ratingKey === null ? [] : [{ server, ratingKey }],
      )
      return call('startJob', { body: { connectionId, targets, configText, editedRevision } })
    },
    onSuccess: (job) => {
      queryClient.setQueryData(jobQuery(job.id).queryKey, job)
      refreshJobs()
      navigate(jobPath('run', job.id))
    },
    onError: tellProblem,
  })
}

export function useCancel() {
  return useMutation({
    mutationFn: (jobId: string) => call('cancelJob', { params: { jobId } }),
    onSuccess: (entry) => {
      queryClient.setQueryData(jobQuery(entry.id).queryKey, (job) => (job ? { ...job, status: entry.status } : job))
      refreshJobs()
    },
    onError: tellProblem,
  })
}

export function useKeep() {
  return useMutation({
    mutationFn: ({ jobId, keep }: { jobId: string; keep: boolean }) =>
      call('updateJob', { params: { jobId }, body: { keep } }),
    onSuccess: (entry) => {
      refreshJobs()
      tell(entry.keep ? 'Kept until you delete it.' : 'No longer kept: it will be removed when it is old.')
    },
    onError: tellProblem,
  })
}

export function useDelete() {
  return useMutation({
    mutationFn: (jobId: string) => call('deleteJob', { params: { jobId } }),
    onSuccess: (_, jobId) => {
      queryClient.removeQueries({ queryKey: keys.job(jobId) })
      refreshJobs()
      tell('Deleted.')
    },
    onError: tellProblem,
  })
}
