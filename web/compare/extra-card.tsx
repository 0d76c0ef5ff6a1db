import type { JobDetail } from '../../src/contract/api.ts'
import { apiUrl } from '../core/api.ts'
import { JobThumb } from '../ui/thumb.tsx'

/** A picture that Kometa made of something nobody chose. */
export function ExtraCard({
  jobId,
  extra,
  widthPx,
  tabbable,
}: {
  jobId: string
  extra: JobDetail['extras'][number]
  widthPx: number
  tabbable: boolean
}) {
  const { image, reason, ratingKey } = extra
  const title = ratingKey ? `Item ${ratingKey}` : 'Unknown item'
  const content = (
    <>
      <span className="pair-art pair-single">
        <JobThumb jobId={jobId} image={image} width={widthPx / 2} alt={`${title}, as Kometa drew it`} />
      </span>
      <span className="pair-title one-line">{title}</span>
      <span className="pair-meta">
        <span className="one-line muted" title={reason}>
          {reason}
        </span>
      </span>
    </>
  )
  return image ? (
    <a
      className="pair"
      data-main
      tabIndex={tabbable ? 0 : -1}
      href={apiUrl('jobImage', { jobId, sha256: image.sha256 })}
      target="_blank"
      rel="noreferrer"
    >
      {content}
    </a>
  ) : (
    <div className="pair">{content}</div>
  )
}
