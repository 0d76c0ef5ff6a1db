import { useQuery } from '@tanstack/react-query'
import { type ReactNode, type RefObject, useEffect, useState } from 'react'
import type { ItemFacet, ItemFacets } from '../../src/contract/api/api.ts'
import { count } from '../core/format.ts'
import { facetsQuery } from '../core/queries.ts'
import { setQuery } from '../core/router.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SearchField, Select } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { Popover } from '../ui/popover.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { useNarrow } from '../ui/use-narrow.ts'
import {
  activeFilters,
  type ListFilter,
  listFilters,
  noFilters,
  type SortChoice,
  setSearch,
  sortChoices,
  toggleFilter,
  type WallQuery,
} from './wall/wall-query.ts'
import type { WallSize } from './wall/wall-size.ts'
import './filters.css'

const filterWords: Record<ListFilter, string> = {
  library: 'Library',
  type: 'Type',
  resolution: 'Resolution',
  hdr: 'HDR',
  edition: 'Edition',
  audioCodec: 'Audio',
  contentRating: 'Rated',
}
const switches = [
  ['wearsOverlay', 'Wears overlays'],
  ['hasBackup', 'Has backup'],
] as const
const typingPauseMs = 60

export function Filters({
  query,
  searchRef,
  total,
  size,
  onSize,
}: {
  query: WallQuery
  searchRef: RefObject<HTMLInputElement | null>
  /** null until something has been read. */
  total: number | null
  size: WallSize
  onSize: (size: WallSize) => void
}) {
  const narrow = useNarrow()
  const facets = useQuery(facetsQuery(query.filter)).data
  const active = activeFilters(query)
  const sorts: readonly (readonly [SortChoice, string])[] = query.inside
    ? [['order', 'In order'], ...sortChoices]
    : sortChoices
  const sort = (
    <Select
      label="Sort by"
      value={query.sort}
      options={sorts}
      onValue={(chosen) =>
        setQuery({ sort: chosen === (query.inside ? 'order' : 'title') ? null : chosen }, { replace: true })
      }
    />
  )
  return (
    <search className="filters" aria-label="Posters">
      <div className="filters-first">
        <LiveSearch query={query} searchRef={searchRef} />
        {narrow ? <FilterDialogButton query={query} facets={facets} active={active} sort={sort} /> : sort}
        {!narrow && (
          <Segmented
            label="Size of the posters"
            value={size}
            onValue={onSize}
            options={[
              { value: 'small', words: 'S', title: 'Small' },
              { value: 'medium', words: 'M', title: 'Medium' },
              { value: 'large', words: 'L', title: 'Large' },
            ]}
          />
        )}
      </div>
      {!narrow && (
        <div className="filters-chips">
          {facets && listFilters.map((name) => <FacetChip key={name} name={name} facet={facets[name]} query={query} />)}
          {facets &&
            switches.map(([name, words]) => (
              <Switch key={name} name={name} words={words} facets={facets} query={query} />
            ))}
          {active > 0 && (
            <Button
              kind="quiet"
              className="filters-reset"
              onClick={() => setQuery({ ...noFilters, q: query.filter.q ?? null })}
            >
              Clear filters
            </Button>
          )}
          <span className="filters-total muted" role="status">
            {total !== null && count(total, 'poster')}
          </span>
        </div>
      )}
    </search>
  )
}

/** Typed text appears at once and is searched a moment later. */
function LiveSearch({ query, searchRef }: { query: WallQuery; searchRef: RefObject<HTMLInputElement | null> }) {
  const inAddress = query.filter.q ?? ''
  const [text, setText] = useState(inAddress)
  // "Back" and cleared filters change the address without typing.
  useEffect(() => setText((typed) => (typed.trim() === inAddress ? typed : inAddress)), [inAddress])
  useEffect(() => {
    if (text.trim() === inAddress) return
    const timer = setTimeout(() => setSearch(text.trim()), typingPauseMs)
    return () => clearTimeout(timer)
  }, [text, inAddress])
  return (
    <SearchField
      ref={searchRef}
      className="filters-search"
      label="Search titles, shows, editions, years"
      placeholder={query.inside ? 'Search in here' : 'Search'}
      value={text}
      onValue={setText}
    />
  )
}

function FacetChip({ name, facet, query }: { name: ListFilter; facet: readonly ItemFacet[]; query: WallQuery }) {
  const chosen: readonly string[] = query.filter[name] ?? []
  if (facet.length < 2 && chosen.length === 0) return null
  const words = chosen.map((value) => facet.find((one) => one.value === value)?.label ?? value)
  return (
    <Popover
      className={`chip ${chosen.length > 0 ? 'chip-on' : ''}`}
      button={
        <>
          <span className="one-line" dir="auto">
            {words.length === 0
              ? filterWords[name]
              : words.length < 3
                ? words.join(', ')
                : `${filterWords[name]}: ${words.length}`}
          </span>
          <Icon name="down" size={12} />
        </>
      }
    >
      {() => <FacetList name={name} facet={facet} chosen={chosen} />}
    </Popover>
  )
}

function FacetList({
  name,
  facet,
  chosen,
}: {
  name: ListFilter
  facet: readonly ItemFacet[]
  chosen: readonly string[]
}) {
  return (
    <fieldset className="facet-list">
      <legend className="hidden-text">{filterWords[name]}</legend>
      {facet.map(({ value, label, count: n }) => (
        <label key={value} className="facet">
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggleFilter(name, value)} />
          <span className="one-line" dir="auto">
            {label}
          </span>
          <span className="muted">{n.toLocaleString('en')}</span>
        </label>
      ))}
    </fieldset>
  )
}

function Switch({
  name,
  words,
  facets,
  query,
}: {
  name: 'wearsOverlay' | 'hasBackup'
  words: string
  facets: ItemFacets
  query: WallQuery
}) {
  const on = query.filter[name] === true
  const n = facets[name].find(({ value }) => value === 'true')?.count ?? 0
  if (n === 0 && !on) return null
  return (
    <button
      type="button"
      className={`chip ${on ? 'chip-on' : ''}`}
      aria-pressed={on}
      onClick={() => setQuery({ [name]: on ? null : 'true' })}
    >
      {words}
    </button>
  )
}

/** On a phone one dialog holds the order and all filters. */
function FilterDialogButton({
  query,
  facets,
  active,
  sort,
}: {
  query: WallQuery
  facets: ItemFacets | undefined
  active: number
  sort: ReactNode
}) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" className={`chip ${active > 0 ? 'chip-on' : ''}`} onClick={() => setOpen(true)}>
        Filter{active > 0 && ` · ${active}`}
      </button>
      {open && (
        <Dialog
          title="Sort and filter"
          onClose={() => setOpen(false)}
          actions={
            <>
              <Button onClick={() => setQuery({ ...noFilters, q: query.filter.q ?? null })}>Clear filters</Button>
              <Button kind="accent" onClick={() => setOpen(false)}>
                Show {count(facets?.total ?? 0, 'poster')}
              </Button>
            </>
          }
        >
          <section className="filter-section filter-sort">
            <h3>Sort by</h3>
            {sort}
          </section>
          {facets &&
            listFilters
              .filter((name) => facets[name].length > 1 || query.filter[name])
              .map((name) => (
                <section key={name} className="filter-section">
                  <h3>{filterWords[name]}</h3>
                  <FacetList name={name} facet={facets[name]} chosen={query.filter[name] ?? []} />
                </section>
              ))}
          {facets && (
            <div className="filters-chips">
              {switches.map(([name, words]) => (
                <Switch key={name} name={name} words={words} facets={facets} query={query} />
              ))}
            </div>
          )}
        </Dialog>
      )}
    </>
  )
}
