import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { JobDetail, StudioTarget } from '../../../src/contract/api/api.ts'
import { outcomeWords } from '../../core/jobs/job-words.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { Link } from '../../ui/link.tsx'
import { JobThumb } from '../../ui/picture/thumb.tsx'
import { pathTo } from '../compare-grid.tsx'
import './filmstrip.css'

const framePx = 68
const signs: Partial<Record<StudioTarget['outcome'], IconName>> = {
  unchanged: 'equal',
  untouched: 'equal',
  missing: 'warning',
  incomplete: 'warning',
  error: 'cross',
  cancelled: 'stop',
  interrupted: 'stop',
}

/** All targets in a row, each with a sign of its outcome. */
export function Filmstrip({
  job,
  targets,
  index,
}: {
  job: JobDetail
  targets: readonly StudioTarget[]
  index: number
}) {
  const scroller = useRef<HTMLElement>(null)
  const virtual = useVirtualizer({
    horizontal: true,
    count: targets.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => framePx,
    overscan: 4,
    paddingStart: 12,
    paddingEnd: 12,
    useFlushSync: false,
  })
  useEffect(() => virtual.scrollToIndex(index, { align: 'auto' }), [virtual, index])
  if (targets.length < 2) return null
  return (
    <nav ref={scroller} className="filmstrip" aria-label="All targets">
      <ul style={{ width: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((frame) => {
          const target = targets[frame.index]
          if (!target) return null
          const { id, title, outcome, after, before } = target
          const sign = signs[outcome]
          return (
            <li key={id} style={{ transform: `translateX(${frame.start}px)`, width: framePx }}>
              <Link
                className="frame-link"
                href={pathTo(job.id, id)}
                aria-current={frame.index === index || undefined}
                aria-label={`${title}: ${outcomeWords[outcome]}`}
                title={title}
              >
                <JobThumb jobId={job.id} image={after ?? before} width={60} alt="" />
                {sign && (
                  <span className={`frame-sign frame-${outcome}`}>
                    <Icon name={sign} size={12} />
                  </span>
                )}
              </Link>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
