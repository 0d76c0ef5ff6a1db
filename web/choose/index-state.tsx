import { useMutation, useQuery } from '@tanstack/react-query'
import type { IndexState as Index } from '../../src/contract/api/api.ts'
import { call } from '../core/api.ts'
import { useIsAway } from '../core/online.ts'
import { keys, queryClient, stateQuery } from '../core/queries.ts'
import { Button, Ring } from '../ui/button.tsx'
import { Problem } from '../ui/notes.tsx'
import './index-state.css'

/** Shows how far the libraries are read until all are complete. */
export function IndexState() {
  const index = useQuery(stateQuery).data?.index
  const refresh = useMutation({
    mutationFn: () => call('refreshIndex', {}),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.state }),
  })
  const away = useIsAway()
  if (!index) return null
  const failed = index.libraries.filter(({ problem }) => problem !== null)
  const reading = index.state === 'reading' && !away
  if (!reading && failed.length === 0) return null
  return (
    <div className="index-state">
      {reading && <Reading index={index} />}
      {failed.map(({ sectionId, title, problem }) =>
        problem ? (
          <Problem
            key={sectionId}
            problem={{ ...problem, message: `${title} could not be read. ${problem.message}` }}
            action={
              <Button busy={refresh.isPending} onClick={() => refresh.mutate()}>
                Read again
              </Button>
            }
          />
        ) : null,
      )}
    </div>
  )
}

function Reading({ index }: { index: Index }) {
  const done = index.libraries.reduce((sum, library) => sum + library.done, 0)
  const total = index.libraries.reduce((sum, library) => sum + Math.max(library.total, library.done), 0)
  return (
    <p className="index-reading" role="status">
      <Ring size={14} />
      <span>
        Reading your libraries
        {total > 0 && (
          <span className="muted">
            {' '}
            {done.toLocaleString('en')} of {total.toLocaleString('en')}. You can choose already.
          </span>
        )}
      </span>
    </p>
  )
}
