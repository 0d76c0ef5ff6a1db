import { useQuery } from '@tanstack/react-query'
import { stateQuery } from '../core/queries.ts'
import type { Route } from '../core/route.ts'
import { navigate, useLocation } from '../core/router.ts'
import { Icon } from '../ui/icon.tsx'
import { MenuItem, Popover } from '../ui/popover.tsx'

/** Chooses the library that the wall shows, and leads to the wall from any screen. */
export function LibraryMenu({ route }: { route: Route }) {
  const libraries = useQuery(stateQuery).data?.index.libraries ?? []
  const { query } = useLocation()
  if (libraries.length < 2) return null
  const chosen = route.screen === 'choose' ? query.getAll('library') : []
  const all = libraries.map(({ server, sectionId, title }) => ({ value: `${server}:${sectionId}`, title }))
  const [first] = chosen
  const words =
    chosen.length === 0
      ? 'All libraries'
      : chosen.length === 1
        ? (all.find(({ value }) => value === first)?.title ?? 'Library')
        : `${chosen.length} libraries`
  const go = (library: string | null) =>
    navigate(library === null ? '/choose' : `/choose?${new URLSearchParams({ library })}`)
  return (
    <Popover
      className="library-menu"
      button={
        <>
          <span className="one-line" dir="auto">
            {words}
          </span>
          <Icon name="down" size={12} />
        </>
      }
    >
      {(close) =>
        [{ value: null, title: 'All libraries' }, ...all].map(({ value, title }) => (
          <MenuItem
            key={value}
            onSelect={() => {
              close()
              go(value)
            }}
          >
            <span className="one-line" dir="auto">
              {title}
            </span>
          </MenuItem>
        ))
      }
    </Popover>
  )
}
