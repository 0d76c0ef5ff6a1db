import { memo } from 'react'
import type { StudioTarget } from '../../src/contract/api/api.ts'
import { count } from '../core/format.ts'
import { outcomeTone, outcomeWords } from '../core/jobs/job-words.ts'
import { Badge } from '../ui/badge.tsx'
import { Link } from '../ui/link.tsx'
import { JobThumb, shapeOf } from '../ui/picture/thumb.tsx'
import { missingWords } from './detail/missing-words.ts'
import { afterAlt, beforeAlt } from './words.ts'
import './pair-card.css'

export interface PairCardProps {
  jobId: string
  target: StudioTarget
  href: string
  widthPx: number
  over: boolean
  tabbable: boolean
}

/** Before and after side by side; stills are wide and stand one above the other. */
export const PairCard = memo(function PairCard({ jobId, target, href, widthPx, over, tabbable }: PairCardProps) {
  const { title, before, after, outcome, overlays, difference } = target
  const shape = shapeOf(after ?? before)
  const stacked = shape === 'still'
  const eachPx = stacked ? (widthPx * 2) / 3 : widthPx / 2
  const facts = [
    overlays.length > 0 && count(overlays.length, 'overlay'),
    difference !== null && difference > 0 && `${Math.max(1, Math.round(difference * 100))} % differs`,
  ].filter(Boolean)
  return (
    <Link className="pair" href={href} data-main tabIndex={tabbable ? 0 : -1} title={title}>
      <span className={`pair-art ${stacked ? 'pair-stacked' : ''}`}>
        {before ? (
          <JobThumb jobId={jobId} image={before} width={eachPx} alt={beforeAlt(target)} />
        ) : (
          <NoPicture words="No picture before" shape={shape} />
        )}
        {after ? (
          <JobThumb jobId={jobId} image={after} width={eachPx} alt={afterAlt(target)} />
        ) : (
          <NoPicture words={over ? missingWords(outcome, target.reason).headline : 'Not drawn yet'} shape={shape} />
        )}
      </span>
      <span className="pair-title one-line" dir="auto">
        {title}
      </span>
      <span className="pair-meta">
        <span className="one-line muted">{facts.join(' · ')}</span>
        {outcome !== 'pending' && <Badge tone={outcomeTone[outcome]}>{outcomeWords[outcome]}</Badge>}
      </span>
    </Link>
  )
})

function NoPicture({ words, shape }: { words: string; shape: string }) {
  return (
    <span className={`thumb thumb-${shape}`}>
      <span className="thumb-missing pair-reason">
        <span>{words}</span>
      </span>
    </span>
  )
}
