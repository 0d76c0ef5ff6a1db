import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { tellProblem } from '../../ui/announce.tsx'
import { call } from '../api.ts'
import { connectionQuery, keys, queryClient } from '../queries.ts'

/** The shortest time between two checks on focus, for somebody who switches between two windows. */
const pauseMs = 2_000

/** Checks the config's file and its Plex as they are now. On failure the server is away, and the frame says so. */
const useRefreshConnection = () =>
  useMutation({
    mutationFn: () => call('refreshConnection', {}),
    onSuccess: (reply) => queryClient.setQueryData(connectionQuery.queryKey, reply),
  })

/** The user's own request, which also reads the libraries again. */
export const useRefreshAll = () =>
  useMutation({
    mutationFn: async () => {
      const reply = await call('refreshConnection', {})
      await call('refreshIndex', {})
      return reply
    },
    onSuccess(reply) {
      queryClient.setQueryData(connectionQuery.queryKey, reply)
      void queryClient.invalidateQueries({ queryKey: keys.state })
    },
    onError: tellProblem,
  })

/** Checks whenever the user returns to this window, perhaps from an editor. */
export function useFreshConnection(): void {
  const { mutate } = useRefreshConnection()
  useEffect(() => {
    let last = Number.NEGATIVE_INFINITY
    const onReturn = () => {
      if (document.visibilityState !== 'visible' || performance.now() - last < pauseMs) return
      last = performance.now()
      mutate()
    }
    window.addEventListener('focus', onReturn)
    document.addEventListener('visibilitychange', onReturn)
    return () => {
      window.removeEventListener('focus', onReturn)
      document.removeEventListener('visibilitychange', onReturn)
    }
  }, [mutate])
}
