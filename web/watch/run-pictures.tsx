import { memo } from 'react'
import type { JobDetail, StudioTarget } from '../../src/contract/api/api.ts'
import { isOver, outcomeTone, outcomeWords } from '../core/jobs/job-words.ts'
import { targetPath } from '../core/route.ts'
import { Badge } from '../ui/badge.tsx'
import { Link } from '../ui/link.tsx'
import { JobThumb, type Shape, shapeOf } from '../ui/picture/thumb.tsx'
import './run-pictures.css'

/** Shows every target from the start. A picture appears as soon as Kometa uploads it. */
export function RunPictures({ job }: { job: JobDetail }) {
  const drawn = job.targets.filter(({ after }) => after !== null).length
  return (
    <section className="run-pictures" aria-label="Pictures">
      <h2>
        Pictures{' '}
        <span className="muted" role="status">
          {drawn} of {job.targets.length}
        </span>
      </h2>
      <ul className="run-wall">
        {job.targets.map((target) => (
          <li key={target.id} className={`run-cell run-cell-${shapeOfTarget(target)}`}>
            <RunPicture jobId={job.id} target={target} over={isOver(job.status)} />
          </li>
        ))}
      </ul>
    </section>
  )
}

const shapeOfTarget = ({ before, after, type }: StudioTarget): Shape =>
  before || after ? shapeOf(after ?? before) : type === 'episode' ? 'still' : 'poster'

const RunPicture = memo(function RunPicture({
  jobId,
  target,
  over,
}: {
  jobId: string
  target: StudioTarget
  over: boolean
}) {
  const { id, title, before, after, outcome, overlays } = target
  const shape = shapeOfTarget(target)
  const picture = after ?? before
  const words = after
    ? `${title}, after${overlays.length > 0 ? `: ${overlays.length} overlays` : ''}`
    : `${title}: ${over ? outcomeWords[outcome].toLowerCase() : 'not drawn yet'}`
  const content = (
    <>
      <span
        className={`run-frame ${over && !picture ? 'run-frame-none' : ''}`}
        data-drawn={after !== null || undefined}
      >
        {picture ? (
          // The frame has the target's shape before a picture exists.
          <JobThumb jobId={jobId} image={picture} width={180} alt={words} />
        ) : (
          <span className={`thumb thumb-${shape}`}>{over && <span className="thumb-missing" />}</span>
        )}
      </span>
      <span className="run-words">
        <span className="one-line" dir="auto">
          {title}
        </span>
      </span>
      {over && outcome !== 'pending' && outcome !== 'changed' && (
        <span className="run-outcome">
          <span>
            <Badge tone={outcomeTone[outcome]}>{outcomeWords[outcome]}</Badge>
          </span>
        </span>
      )}
    </>
  )
  if (after === null && !over) return <div className="run-picture">{content}</div>
  return (
    <Link className="run-picture" href={targetPath(jobId, id)} aria-label={words} title={title}>
      {content}
    </Link>
  )
})
