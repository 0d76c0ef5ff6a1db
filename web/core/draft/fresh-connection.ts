import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { tellProblem } from '../../ui/announce.tsx'
import { call } from '../api.ts'
import { connectionQuery, keys, queryClient } from '../queries.ts'

/** Asks no more often than this for the focus alone: somebody may go to and fro between two windows. */
const pauseMs = 2_000

/** Looks at the config's file and at its Plex as they are now. A failure is told by the frame: the server is away. */
const useRefreshConnection = () =>
  useMutation({
    mutationFn: () => call('refreshConnection', {}),
    onSuccess: (reply) => queryClient.setQueryData(connectionQuery.queryKey, reply),
  })

/** As the user asks: the libraries are read again, too. */
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

/** Looks whenever the user comes back to this window: from an editor, perhaps. */
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
