import { useQuery } from '@tanstack/react-query'
import type { JobDetail } from '../../src/contract/api/api.ts'
import { apiUrl, call } from '../core/api.ts'
import { keys, stateQuery } from '../core/queries.ts'
import { fullTitle } from '../core/titles.ts'
import { JobThumb } from '../ui/picture/thumb.tsx'

export interface ExtraCardProps {
  jobId: string
  extra: JobDetail['extras'][number]
  widthPx: number
  tabbable: boolean
}

/** A picture that Kometa made for an item that is no target. */
export function ExtraCard({ jobId, extra, widthPx, tabbable }: ExtraCardProps) {
  const { image, reason, ratingKey } = extra
  const title = useTitleOf(ratingKey)
  const content = (
    <>
      <span className="pair-art pair-single">
        <JobThumb jobId={jobId} image={image} width={widthPx / 2} alt={`${title}, as Kometa drew it`} />
      </span>
      <span className="pair-title one-line" dir="auto">
        {title}
      </span>
      <span className="pair-meta">
        <span className="one-line muted" title={reason}>
          {extraWords(reason)}
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
      title={`${title}: ${reason}`}
    >
      {content}
    </a>
  ) : (
    <div className="pair">{content}</div>
  )
}

/** The item's title in the libraries. The ratingKey stays when no library, or more than one, knows that number. */
function useTitleOf(ratingKey: string | null): string {
  const libraries = useQuery(stateQuery).data?.index.libraries ?? []
  const servers = [...new Set(libraries.map(({ server }) => server))]
  const { data } = useQuery({
    queryKey: [...keys.items, 'extra', ratingKey, servers],
    queryFn: ({ signal }) =>
      call('lookUpItems', {
        body: { items: servers.map((server) => ({ server, ratingKey: ratingKey ?? '' })) },
        signal,
      }),
    enabled: ratingKey !== null && servers.length > 0,
  })
  const [item, another] = data?.items ?? []
  if (item && !another) return fullTitle(item)
  return ratingKey ? `Item ${ratingKey}` : 'Unknown item'
}

/** The reasons of the summary, shortened. */
function extraWords(reason: string): string {
  if (reason.startsWith('decoy')) return 'Kometa was shown it so that a search had a result'
  if (reason.startsWith('above the target')) return 'Show or season of a chosen item'
  return reason
}
