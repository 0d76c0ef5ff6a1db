import { type MouseEvent, memo } from 'react'
import type { StudioItem } from '../../../src/contract/api/api.ts'
import { childrenWords, fullTitle, hdrWords, itemSubtitle, itemTitle, resolutionWords } from '../../core/titles.ts'
import { Icon } from '../../ui/icon.tsx'
import { Link } from '../../ui/link.tsx'
import { Skeleton } from '../../ui/notes.tsx'
import { ItemThumb } from '../../ui/picture/thumb.tsx'
import { insidePath } from './inside-path.ts'
import './item-card.css'

export interface ItemCardProps {
  item: StudioItem
  index: number
  /** Place among the chosen items, from 1; 0 when it is not chosen. */
  number: number
  /** Height to width of the wall's pictures. */
  ratio: number
  widthPx: number
  tabbable: boolean
  manyLibraries: boolean
  onPick: (event: MouseEvent, item: StudioItem, index: number) => void
}

export const ItemCard = memo(function ItemCard({
  item,
  index,
  number,
  ratio,
  widthPx,
  tabbable,
  onPick,
}: ItemCardProps) {
  const tab = tabbable ? 0 : -1
  const subtitle = itemSubtitle(item)
  return (
    <div className="card" data-chosen={number > 0 || undefined}>
      <button
        type="button"
        className="card-main"
        data-main
        tabIndex={tab}
        aria-pressed={number > 0}
        aria-label={cardLabel(item)}
        title={fullTitle(item)}
        onClick={(event) => onPick(event, item, index)}
      >
        <span className="card-art" style={{ aspectRatio: 1 / ratio }}>
          <span className="card-lift">
            <ItemThumb item={item} width={widthPx} />
            {number > 0 && <span className="card-number" data-number={number} />}
          </span>
        </span>
        <span className="card-title one-line" dir="auto">
          {itemTitle(item)}
        </span>
      </button>
      <div className="card-meta">
        {item.childCount > 0 ? (
          <Link className="card-inside one-line" href={insidePath(item)} tabIndex={tab}>
            {item.type === 'season' && <span dir="auto">{subtitle} · </span>}
            {childrenWords(item)}
            <Icon name="right" size={12} />
          </Link>
        ) : (
          <span className="one-line muted" dir="auto">
            {subtitle}
          </span>
        )}
        <Marks item={item} />
      </div>
    </div>
  )
})

/** Short signs of what overlays look at. The button's label says the same in words. */
function Marks({ item }: { item: StudioItem }) {
  const { resolution, hdr, wearsOverlay, hasBackup } = item
  return (
    <span className="card-marks" aria-hidden="true">
      {resolution && <span className="mark-word">{resolutionWords(resolution)}</span>}
      {hdr && <span className="mark-word">{hdr === 'dv' ? 'DV' : 'HDR'}</span>}
      {wearsOverlay && (
        <span title="Wears overlays">
          <Icon name="layers" size={14} />
        </span>
      )}
      {hasBackup && (
        <span title="Its original is backed up">
          <Icon name="restore" size={14} />
        </span>
      )}
    </span>
  )
}

function cardLabel(item: StudioItem): string {
  const { resolution, hdr, wearsOverlay, hasBackup } = item
  return [
    fullTitle(item),
    resolution && resolutionWords(resolution),
    hdr && hdrWords(hdr),
    wearsOverlay && 'wears overlays',
    hasBackup && 'original backed up',
  ]
    .filter(Boolean)
    .join(', ')
}

export function ItemCardSkeleton({ ratio }: { ratio: number }) {
  return (
    <div className="card">
      <span className="card-art" style={{ aspectRatio: 1 / ratio }}>
        <Skeleton className="card-skeleton" />
      </span>
    </div>
  )
}
