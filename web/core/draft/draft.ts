import { useEffect } from 'react'
import type { Connection } from '../../../src/contract/api/api.ts'
import { createStore, useStore } from '../store.ts'
import { type Draft, followConfig, standOf } from './follow-draft.ts'

/**
 * The edited config of the next preview, with masks. It lives only in this window's memory: the user may type a key,
 * which must not reach a browser's storage.
 */
export const draft = createStore<Draft | null>(null)

/** Edited configs of jobs, by job, kept while the user looks at something else. */
const jobDrafts = createStore<Readonly<Record<string, string>>>({})

window.addEventListener('beforeunload', (event) => {
  if (draft.get() !== null || Object.keys(jobDrafts.get()).length > 0) event.preventDefault()
})

/** The edited config of a job, or null. */
export const useJobDraft = (jobId: string): string | null => useStore(jobDrafts)[jobId] ?? null

export const setJobDraft = (jobId: string, text: string | null): void =>
  jobDrafts.set(({ [jobId]: _old, ...others }) => (text === null ? others : { ...others, [jobId]: text }))

/** Keeps the draft an edit of the present config, until both change the same lines. */
export function useDraftFollows(connection: Connection | null, onMerged: (name: string) => void): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new config is followed.
  useEffect(() => {
    const edited = draft.get()
    if (connection === null || edited === null || standOf(edited, connection) !== 'behind') return
    const followed = followConfig(edited, connection)
    if (followed === 'conflict') return
    draft.set(followed)
    if (edited.base !== connection.text) onMerged(connection.source.name)
  }, [connection])
}
