import { Skeleton } from '../../ui/notes.tsx'
import type { WallSize } from './wall-size.ts'
import { cellSizes } from './wall-sizes.ts'
import './wall-skeleton.css'

/** As many boxes as a large screen shows; the rest is cut off. */
const boxes = Array.from({ length: 60 }, (_, i) => i)

export function WallSkeleton({ size }: { size: WallSize }) {
  return (
    <div
      className="wall-skeleton"
      style={{ gridTemplateColumns: `repeat(auto-fill, minmax(${cellSizes[size].poster}px, 1fr))` }}
    >
      {boxes.map((box) => (
        <Skeleton key={box} className="wall-skeleton-box" />
      ))}
    </div>
  )
}
