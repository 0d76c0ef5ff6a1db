import { memo } from 'react'
import type { ImageRef, StudioItem } from '../../../src/contract/api/api.ts'
import { apiUrl, thumbnailWidths } from '../../core/api.ts'
import { itemTitle } from '../../core/titles.ts'
import { usePicture } from './use-picture.ts'
import './thumb.css'

type Width = (typeof thumbnailWidths)[number]

/** The width of the smallest picture that is sharp in a box of this width in CSS pixels. */
export function widthFor(cssPx: number): Width {
  const needed = cssPx * Math.min(window.devicePixelRatio || 1, 2)
  return thumbnailWidths.find((width) => width >= needed * 0.9) ?? 720
}

/** A small picture of an item in the library, in the item's shape. */
export const ItemThumb = memo(function ItemThumb({
  item,
  width,
  alt = '',
}: {
  item: StudioItem
  width: number
  alt?: string
}) {
  const { server, ratingKey, thumb, shape } = item
  const src =
    thumb === null
      ? null
      : apiUrl(
          'itemThumbnail',
          { server, ratingKey },
          { w: Math.max(widthFor(width), shape === 'still' ? 240 : 120), v: thumb },
        )
  return <QueuedPicture src={src} alt={alt} shape={shape} words={itemTitle(item)} />
})

/** A small picture of a job. */
export const JobThumb = memo(function JobThumb({
  jobId,
  image,
  width,
  alt,
  none = '',
}: {
  jobId: string
  image: ImageRef | null
  width: number
  alt: string
  /** What appears when there is no picture. */
  none?: string
}) {
  const src = image && apiUrl('jobImage', { jobId, sha256: image.sha256 }, { w: widthFor(width) })
  return <QueuedPicture src={src} alt={alt} shape={shapeOf(image)} words={none} />
})

export type Shape = StudioItem['shape']

export function shapeOf(image: ImageRef | null): Shape {
  if (!image?.width || !image.height) return 'poster'
  const ratio = image.width / image.height
  return ratio > 1.2 ? 'still' : ratio > 0.85 ? 'square' : 'poster'
}

function QueuedPicture({ src, alt, shape, words }: { src: string | null; alt: string; shape: Shape; words: string }) {
  const { state, onError } = usePicture(src)
  return (
    <span className={`thumb thumb-${shape}`}>
      {state === 'there' && src !== null ? (
        <img
          key={src}
          src={src}
          alt={alt}
          decoding="async"
          draggable={false}
          className="thumb-there"
          onError={onError}
        />
      ) : (
        state === 'failed' && (
          <span className="thumb-missing">
            <span dir="auto">{words || alt}</span>
          </span>
        )
      )}
    </span>
  )
}
