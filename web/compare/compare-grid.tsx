import type { KeyboardEvent } from 'react'
import type { JobDetail } from '../../src/contract/api/api.ts'
import { apiUrl } from '../core/api.ts'
import { count } from '../core/format.ts'
import { isOver, outcomeWords } from '../core/jobs/job-words.ts'
import { jobPath, targetPath } from '../core/route.ts'
import { navigate, setQuery } from '../core/router.ts'
import { useStore } from '../core/store.ts'
import { Select } from '../ui/field.tsx'
import { type Cell, VirtualGrid } from '../ui/grid/virtual-grid.tsx'
import { Icon } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'
import { Empty } from '../ui/notes.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { useNarrow } from '../ui/use-narrow.ts'
import { CompareAction } from './compare-action.tsx'
import { ExtraCard } from './extra-card.tsx'
import { PairCard } from './pair-card.tsx'
import { type PairSize, pairSize } from './use-view.ts'
import { countOf, filters, sorts, targetsOfView, type View } from './view.ts'
import './compare-grid.css'

const cellPx: Record<PairSize, number> = { small: 200, medium: 296, large: 448 }
/** Height of the title and the line below it, which stand below the pair. */
const wordsPx = 56

/** All results of a job, each before beside after. */
export function CompareGrid({ job, view }: { job: JobDetail; view: View }) {
  return (
    <div className="compare">
      <header className="compare-head">
        <div className="compare-title">
          <h1 className="one-line" dir="auto" title={job.title}>
            {job.title}
          </h1>
          <p className="muted">Before on the left, after on the right</p>
        </div>
        <a className="button button-plain" href={apiUrl('jobZip', { jobId: job.id })} download>
          <Icon name="download" />
          <span className="compare-words">Download all</span>
        </a>
        <Filters job={job} view={view} />
        <Tools view={view} />
      </header>
      <div className="compare-wall">
        <Results job={job} view={view} />
      </div>
      <CompareAction job={job} />
    </div>
  )
}

const Filters = ({ job, view }: { job: JobDetail; view: View }) => (
  <fieldset className="compare-filters" aria-label="Show">
    {filters
      .filter((filter) => filter === 'all' || filter === view.filter || countOf(job, filter) > 0)
      .map((filter) => (
        <button
          key={filter}
          type="button"
          className={`chip ${view.filter === filter ? 'chip-on' : ''}`}
          aria-pressed={view.filter === filter}
          onClick={() => setQuery({ filter: filter === 'all' ? null : filter }, { replace: true })}
        >
          {filter === 'all' ? 'All' : outcomeWords[filter]}
          <span className="muted">{countOf(job, filter)}</span>
        </button>
      ))}
  </fieldset>
)

function Tools({ view }: { view: View }) {
  const size = useStore(pairSize)
  const narrow = useNarrow()
  return (
    <div className="compare-tools">
      <Select
        label="Sort by"
        value={view.sort}
        options={sorts}
        onValue={(sort) => setQuery({ sort: sort === 'chosen' ? null : sort }, { replace: true })}
      />
      {!narrow && (
        <Segmented
          label="Size of the pictures"
          value={size}
          onValue={pairSize.set}
          options={[
            { value: 'small', words: 'S', title: 'Small' },
            { value: 'medium', words: 'M', title: 'Medium' },
            { value: 'large', words: 'L', title: 'Large' },
          ]}
        />
      )}
    </div>
  )
}

function Results({ job, view }: { job: JobDetail; view: View }) {
  const size = useStore(pairSize)
  const narrow = useNarrow()
  const targets = targetsOfView(job.targets, view)
  const extras = view.filter === 'extra' ? job.extras : []
  const total = view.filter === 'extra' ? extras.length : targets.length
  if (total === 0) return <NothingHere job={job} />

  const onKey = (event: KeyboardEvent, index: number) => {
    const target = targets[index]
    const onMain = event.target instanceof HTMLElement && event.target.hasAttribute('data-main')
    if (event.key !== 'Enter' || !target || !onMain) return
    event.preventDefault()
    navigate(pathTo(job.id, target.id))
  }
  const renderCell = ({ index, widthPx, tabbable }: Cell) => {
    const target = targets[index]
    const extra = extras[index]
    if (extra) return <ExtraCard jobId={job.id} extra={extra} widthPx={widthPx} tabbable={tabbable} />
    return target ? (
      <PairCard
        jobId={job.id}
        target={target}
        href={pathTo(job.id, target.id)}
        widthPx={Math.round(widthPx / 40) * 40}
        over={isOver(job.status)}
        tabbable={tabbable}
      />
    ) : null
  }
  return (
    <VirtualGrid
      key={view.filter === 'extra' ? 'extras' : 'targets'}
      label={count(total, 'result')}
      count={total}
      minCellPx={narrow ? 150 : cellPx[size]}
      gapPx={narrow ? 12 : 24}
      paddingPx={narrow ? 16 : 24}
      cellHeightPx={(width) => width * 0.75 + wordsPx}
      scrollKey={`${job.id} ${view.filter} ${view.sort}`}
      onKey={onKey}
      renderCell={renderCell}
    />
  )
}

/** A target's address. It keeps the grid's filter and sort, so that "back" returns to them. */
export function pathTo(jobId: string, targetId: string): string {
  const query = new URLSearchParams(window.location.search)
  const [path = ''] = targetPath(jobId, targetId).split('?')
  query.set('target', targetId)
  return `${path}?${query}`
}

function NothingHere({ job }: { job: JobDetail }) {
  if (job.targets.length > 0) {
    return (
      <Empty icon="grid" title="Nothing of this kind">
        <p>No result of this job fits.</p>
        <Link className="button button-plain" href={jobPath('compare', job.id)}>
          Show all
        </Link>
      </Empty>
    )
  }
  return (
    <Empty icon="compare" title="Nothing to compare">
      <p>This job has no items. Its run says why.</p>
      <Link className="button button-plain" href={jobPath('run', job.id)}>
        Show the run
      </Link>
    </Empty>
  )
}
