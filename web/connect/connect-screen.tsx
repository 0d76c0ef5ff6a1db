import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ConnectRequest } from '../../src/contract/api/api.ts'
import { call } from '../core/api.ts'
import { connectionQuery, keys, queryClient } from '../core/queries.ts'
import { announce } from '../ui/announce.tsx'
import { Button } from '../ui/button.tsx'
import { asProblem, Problem } from '../ui/notes.tsx'
import { ConnectForm } from './connect-form.tsx'
import { ConnectSkeleton } from './connect-skeleton.tsx'
import { Connected } from './connected.tsx'

export function ConnectScreen() {
  const reply = useQuery(connectionQuery)
  const [changing, setChanging] = useState(false)
  const connect = useMutation({
    mutationFn: (request: ConnectRequest) => call('connect', { body: request }),
    onSuccess: (connection) => {
      queryClient.setQueryData(connectionQuery.queryKey, (old) => ({
        connection,
        lastPath: connection.source.kind === 'path' ? connection.source.path : (old?.lastPath ?? null),
      }))
      void queryClient.invalidateQueries({ queryKey: keys.state })
      void queryClient.invalidateQueries({ queryKey: keys.items })
      setChanging(false)
      announce(`Connected to ${connection.source.name}`)
    },
  })

  if (reply.isError && !reply.data) {
    return (
      <div className="screen">
        <Problem
          problem={asProblem(reply.error)}
          action={<Button onClick={() => void reply.refetch()}>Try again</Button>}
        />
      </div>
    )
  }
  if (!reply.data) return <ConnectSkeleton />
  const { connection, lastPath } = reply.data
  if (connection && !changing) return <Connected connection={connection} onChange={() => setChanging(true)} />
  return (
    <ConnectForm
      lastPath={lastPath}
      busy={connect.isPending}
      error={connect.error}
      onConnect={(request) => connect.mutate(request)}
      {...(connection ? { onBack: () => setChanging(false) } : {})}
    />
  )
}
