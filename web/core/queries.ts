import { keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query'
import type { ItemFilter } from '../../src/contract/api/api.ts'
import { ApiError, call } from './api.ts'

/** Errors that asking again would not change. */
const worthRetrying = (error: unknown) => error instanceof ApiError && (error.status === 0 || error.status >= 500)

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // News arrive over the event streams, so that age alone never causes a request.
      staleTime: Number.POSITIVE_INFINITY,
      retry: (failures, error) => failures < 3 && worthRetrying(error),
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 4_000),
      refetchOnWindowFocus: false,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

export const keys = {
  session: ['session'],
  state: ['state'],
  connection: ['connection'],
  jobs: ['jobs'],
  job: (jobId: string) => ['job', jobId],
  settings: ['settings'],
  items: ['items'],
} as const

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: ({ signal }) => call('getSession', { signal }),
})

export const stateQuery = queryOptions({
  queryKey: keys.state,
  queryFn: ({ signal }) => call('getState', { signal }),
})

export const connectionQuery = queryOptions({
  queryKey: keys.connection,
  queryFn: ({ signal }) => call('getConnection', { signal }),
})

export const jobsQuery = queryOptions({ queryKey: keys.jobs, queryFn: ({ signal }) => call('listJobs', { signal }) })

export const jobQuery = (jobId: string) =>
  queryOptions({ queryKey: keys.job(jobId), queryFn: ({ signal }) => call('getJob', { params: { jobId }, signal }) })

export const jobConfigQuery = (jobId: string) =>
  queryOptions({
    queryKey: [...keys.job(jobId), 'config'],
    queryFn: ({ signal }) => call('getJobConfig', { params: { jobId }, signal }),
  })

export const safetyQuery = (jobId: string) =>
  queryOptions({
    queryKey: [...keys.job(jobId), 'safety'],
    queryFn: ({ signal }) => call('getJobSafety', { params: { jobId }, signal }),
    staleTime: 0,
  })

export const settingsQuery = queryOptions({
  queryKey: keys.settings,
  queryFn: ({ signal }) => call('getSettings', { signal }),
  staleTime: 0,
})

export const setsQuery = queryOptions({ queryKey: ['sets'], queryFn: ({ signal }) => call('listSets', { signal }) })

export const configKeysQuery = queryOptions({
  queryKey: ['config-keys'],
  queryFn: ({ signal }) => call('configKeys', { signal }),
})

export const folderQuery = (path: string | null) =>
  queryOptions({
    queryKey: ['folder', path],
    queryFn: ({ signal }) => call('listFolder', { query: path === null ? {} : { path }, signal }),
    staleTime: 0,
    placeholderData: keepPreviousData,
  })

export const facetsQuery = (filter: ItemFilter) =>
  queryOptions({
    queryKey: [...keys.items, 'facets', filter],
    queryFn: ({ signal }) => call('itemFacets', { query: filter, signal }),
    placeholderData: keepPreviousData,
  })
