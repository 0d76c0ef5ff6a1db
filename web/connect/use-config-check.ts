import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { call } from '../core/api.ts'

const typingPauseMs = 350

/** What the server says about an edited text, a moment after the last key; null when nothing is edited. */
export function useConfigCheck(text: string | null, jobId?: string) {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), typingPauseMs)
    return () => clearTimeout(timer)
  }, [text])
  const query = useQuery({
    queryKey: ['config-check', jobId ?? null, settled],
    queryFn: ({ signal }) =>
      call('checkConfig', { body: { text: settled ?? '', ...(jobId === undefined ? {} : { jobId }) }, signal }),
    enabled: settled !== null,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  })
  return {
    check: text === null ? null : (query.data ?? null),
    checking: text !== null && (query.isFetching || settled !== text),
    error: query.error,
  }
}
