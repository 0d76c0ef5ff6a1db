import { useQuery } from '@tanstack/react-query'
import type { Connection } from '../../src/contract/api/api.ts'
import { connectionQuery, stateQuery } from '../core/queries.ts'
import { setQuery } from '../core/router.ts'
import { Button } from '../ui/button.tsx'
import { Link } from '../ui/link.tsx'
import { Empty } from '../ui/notes.tsx'
import { activeFilters, noFilters, type WallQuery } from './wall/wall-query.ts'

export function NothingFound({ query }: { query: WallQuery }) {
  const index = useQuery(stateQuery).data?.index
  const connection = useQuery(connectionQuery).data?.connection
  const { q } = query.filter
  if (q || activeFilters(query) > 0) {
    return (
      <Empty icon="search" title={q ? `Nothing begins with “${q}”` : 'No poster fits these filters'}>
        <p>
          {q
            ? 'Each word that you type must be the beginning of a word in the title, show, edition or year.'
            : 'Remove one of them.'}
        </p>
        <Button onClick={() => setQuery(noFilters)}>{q ? 'Clear search and filters' : 'Clear filters'}</Button>
      </Empty>
    )
  }
  if (connection && !connection.usable) {
    return (
      <Empty icon="warning" title="The config cannot be used as it is">
        <p>{whyUnusable(connection)}</p>
        <Link className="button button-plain" href="/connect">
          Show what is wrong
        </Link>
      </Empty>
    )
  }
  if (index?.state === 'reading' || index?.state === 'waiting') return null
  return (
    <Empty icon="grid" title="No posters here">
      <p>The libraries of this config hold nothing that overlays can be drawn on.</p>
    </Empty>
  )
}

/** The server's own words come first: a refused token leaves every library without posters. */
function whyUnusable({ servers, problems }: Connection): string {
  const [refused] = servers.flatMap(({ problem }) => problem?.message ?? [])
  const [error] = problems.filter(({ severity }) => severity === 'error')
  return refused ?? error?.message ?? 'None of its libraries can be previewed.'
}
