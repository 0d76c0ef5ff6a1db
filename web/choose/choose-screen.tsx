import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { useKeys } from '../core/keys.ts'
import { stateQuery } from '../core/queries.ts'
import { createStoredStore, useStore } from '../core/store.ts'
import { Button } from '../ui/button.tsx'
import { Link } from '../ui/link.tsx'
import { asProblem, Empty, Problem } from '../ui/notes.tsx'
import { Crumbs } from './crumbs.tsx'
import { Filters } from './filters.tsx'
import { IndexState } from './index-state.tsx'
import { NothingFound } from './nothing-found.tsx'
import { PreviewAction } from './preview-action.tsx'
import { Tray } from './tray.tsx'
import { useWall } from './wall/use-wall.ts'
import { Wall } from './wall/wall.tsx'
import { useWallQuery } from './wall/wall-query.ts'
import { type WallSize, wallSizes } from './wall/wall-size.ts'
import { WallSkeleton } from './wall/wall-skeleton.tsx'
import './choose-screen.css'

const wallSize = createStoredStore<WallSize>(
  'wall-size',
  'medium',
  (kept) => wallSizes.find((one) => one === kept) ?? null,
)

export function ChooseScreen() {
  const state = useQuery(stateQuery)
  const query = useWallQuery()
  const wall = useWall(query)
  const size = useStore(wallSize)
  const search = useRef<HTMLInputElement>(null)
  useKeys({ '/': () => search.current?.focus() })

  if (state.data && state.data.connectionId === null) {
    return (
      <Empty alone icon="plug" title="Connect your Kometa config first">
        <p>Then every poster of its libraries appears here.</p>
        <Link className="button button-accent" href="/connect">
          Connect
        </Link>
      </Empty>
    )
  }
  return (
    <div className="choose">
      <h1 className="hidden-text">Choose posters</h1>
      <div className="choose-head">
        <Filters
          query={query}
          searchRef={search}
          total={wall.loading ? null : wall.total}
          size={size}
          onSize={wallSize.set}
        />
        <Crumbs query={query} parents={wall.parents} />
        <IndexState />
      </div>
      <div className="choose-wall" data-behind={wall.behind || undefined} aria-busy={wall.loading || wall.behind}>
        {wall.error ? (
          <div className="screen">
            <Problem problem={asProblem(wall.error)} action={<Button onClick={wall.retry}>Try again</Button>} />
          </div>
        ) : wall.loading ? (
          <WallSkeleton size={size} />
        ) : wall.total === 0 ? (
          <NothingFound query={query} />
        ) : (
          <Wall wall={wall} query={query} size={size} />
        )}
      </div>
      <Tray query={query} />
      <PreviewAction />
    </div>
  )
}
