import type { StudioItem } from '../../src/contract/api/api.ts'
import { itemSubtitle } from '../core/titles.ts'
import { Icon } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'
import { insidePath } from './wall/inside-path.ts'
import type { WallQuery } from './wall/wall-query.ts'
import './crumbs.css'

/** The path from all posters to the open show or season. */
export function Crumbs({ query, parents }: { query: WallQuery; parents: readonly StudioItem[] }) {
  if (query.inside === null) return null
  return (
    <nav className="crumbs" aria-label="Where you are">
      <ol>
        <li>
          <Link href="/choose">All posters</Link>
        </li>
        {parents.map((parent, i) => {
          const words = parent.type === 'season' ? itemSubtitle(parent) : parent.title
          return (
            <li key={parent.ratingKey}>
              <Icon name="right" size={12} />
              {i === parents.length - 1 ? (
                <span className="one-line" aria-current="page" dir="auto">
                  {words}
                </span>
              ) : (
                <Link className="one-line" href={insidePath(parent)} dir="auto">
                  {words}
                </Link>
              )}
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
