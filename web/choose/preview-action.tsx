import { useMutation, useQuery } from '@tanstack/react-query'
import { call } from '../core/api.ts'
import { draft } from '../core/draft/draft.ts'
import { standOf } from '../core/draft/follow-draft.ts'
import { connectionQuery, jobQuery, keys, queryClient, stateQuery } from '../core/queries.ts'
import { jobPath } from '../core/route.ts'
import { navigate } from '../core/router.ts'
import { selection } from '../core/selection.ts'
import { useStore } from '../core/store.ts'
import { Action } from '../frame/action.tsx'
import { tellProblem } from '../ui/announce.tsx'
import { Button } from '../ui/button.tsx'
import { Link } from '../ui/link.tsx'
import { useNarrow } from '../ui/use-narrow.ts'

/** Starts the preview of the chosen items, or leads to what prevents it. */
export function PreviewAction() {
  const chosen = useStore(selection)
  const edited = useStore(draft)
  const connection = useQuery(connectionQuery).data?.connection
  const kometa = useQuery(stateQuery).data?.kometa
  const stand = connection ? standOf(edited, connection) : 'none'
  const narrow = useNarrow()
  const start = useMutation({
    mutationFn: (connectionId: string) =>
      call('startJob', {
        body: {
          connectionId,
          targets: [...chosen],
          ...(edited && stand === 'current' ? { configText: edited.text, editedRevision: edited.revision } : {}),
        },
      }),
    onSuccess: (job) => {
      queryClient.setQueryData(jobQuery(job.id).queryKey, job)
      void queryClient.invalidateQueries({ queryKey: keys.jobs })
      void queryClient.invalidateQueries({ queryKey: keys.state })
      navigate(jobPath('run', job.id))
    },
    onError: tellProblem,
  })
  const blocked = kometa?.state === 'problem' || (connection && !connection.usable && stand !== 'current')
  if (blocked || stand === 'behind') {
    return (
      <Action>
        <Link className="button button-accent" href="/connect">
          {kometa?.state === 'problem'
            ? 'Fix Kometa first'
            : stand === 'behind'
              ? 'Look at your edits first'
              : 'Fix the config first'}
        </Link>
      </Action>
    )
  }
  const n = chosen.length
  const words = n === 0 ? 'Preview' : `Preview ${n}${narrow ? '' : n === 1 ? ' item' : ' items'}`
  return (
    <Action>
      <Button
        kind="accent"
        icon="play"
        disabled={n === 0 || !connection}
        busy={start.isPending}
        aria-label={n === 0 ? 'Preview: choose some posters first' : undefined}
        onClick={() => connection && start.mutate(connection.id)}
      >
        {words}
      </Button>
    </Action>
  )
}
