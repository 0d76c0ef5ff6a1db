import type { JobDetail, StudioTarget } from '../../../src/contract/api/api.ts'
import { apiUrl } from '../../core/api.ts'
import { outcomeTone, outcomeWords } from '../../core/jobs/job-words.ts'
import { Badge } from '../../ui/badge.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Link } from '../../ui/link.tsx'
import { ModeBar } from './mode-bar.tsx'
import type { Mode } from './modes.ts'

/** What the keys and the buttons of the head do. */
export interface DetailActions {
  /** Shows the pair that is so many places away. */
  go: (by: number) => void
  setMode: (mode: Mode) => void
  toggleZoom: () => void
  fullScreen: () => void
  showHelp: () => void
}

export interface DetailHeadProps {
  job: JobDetail
  target: StudioTarget
  index: number
  count: number
  mode: Mode
  zoomed: boolean
  /** Address of the grid that this pair was opened from. */
  back: string
  actions: DetailActions
}

/** Title, place and outcome of the pair, and the ways to look at it. */
export function DetailHead({ job, target, index, count, mode, zoomed, back, actions }: DetailHeadProps) {
  const { before, after } = target
  return (
    <header className="detail-head">
      <Link className="icon-button" href={back} aria-label="All results" title="All results (Esc)">
        <Icon name="grid" size={20} />
      </Link>
      <Place target={target} index={index} count={count} go={actions.go} />
      <span className="detail-space" />
      <ModeBar mode={mode} onMode={actions.setMode} disabled={!before || !after} />
      <button
        type="button"
        className="icon-button detail-zoom"
        aria-pressed={zoomed}
        title="100 % (Z)"
        onMouseDown={(event) => event.preventDefault()}
        onClick={actions.toggleZoom}
        disabled={!before && !after}
      >
        100 %
      </button>
      <IconButton
        icon="expand"
        label="Full screen"
        shortcut="F"
        keepFocus
        className="detail-full"
        onClick={actions.fullScreen}
      />
      {after && <DownloadAfter jobId={job.id} targetId={target.id} after={after} />}
      <IconButton
        icon="keyboard"
        label="Keys"
        shortcut="?"
        keepFocus
        className="detail-keys"
        onClick={actions.showHelp}
      />
    </header>
  )
}

interface PlaceProps {
  target: StudioTarget
  index: number
  count: number
  go: (by: number) => void
}

function Place({ target, index, count, go }: PlaceProps) {
  const { title, outcome, after } = target
  return (
    <>
      <IconButton icon="left" label="Previous" shortcut="←" keepFocus disabled={index <= 0} onClick={() => go(-1)} />
      <h1 className="detail-title one-line" dir="auto" title={title}>
        {title}
      </h1>
      <IconButton
        icon="right"
        label="Next"
        shortcut="→"
        keepFocus
        disabled={index >= count - 1}
        onClick={() => go(1)}
      />
      <span className="detail-place muted">
        {index + 1} / {count}
      </span>
      {(outcome !== 'pending' || after === null) && <Badge tone={outcomeTone[outcome]}>{outcomeWords[outcome]}</Badge>}
    </>
  )
}

interface DownloadAfterProps {
  jobId: string
  targetId: string
  after: NonNullable<StudioTarget['after']>
}

function DownloadAfter({ jobId, targetId, after }: DownloadAfterProps) {
  const name = `${targetId}_after.${after.type}`
  return (
    <a
      className="icon-button download"
      href={apiUrl('jobImage', { jobId, sha256: after.sha256 }, { name })}
      download={name}
      aria-label="Download the after picture"
      title="Download the after picture (D)"
    >
      <Icon name="download" size={20} />
    </a>
  )
}
