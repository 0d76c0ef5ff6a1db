import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
import type { StudioTarget } from '../../../src/contract/api/api.ts'
import { apiUrl } from '../../core/api.ts'
import { createStore, useStore } from '../../core/store.ts'
import { Note } from '../../ui/notes.tsx'
import type { Mode } from '../detail/modes.ts'
import { afterAlt, beforeAlt } from '../words.ts'
import { useBlink } from './blink.ts'
import { Layers } from './layers.tsx'
import type { Pictures } from './layers-props.ts'
import { StageControls } from './stage-controls.tsx'
import { usePan } from './use-pan.ts'
import './stage.css'

/** The positions of slider and onion skin in percent. The next pair keeps them. */
const share = createStore(50)

export interface StageProps {
  jobId: string
  target: StudioTarget
  mode: Mode
  zoomed: boolean
  flips: number
}

/** Shows both pictures, as large as they fit or pixel for pixel. Both always move together. */
export function Stage({ jobId, target, mode, zoomed, flips }: StageProps) {
  const { before, after } = target
  const view = useRef<HTMLDivElement>(null)
  const room = useRoom(view)
  const natural = naturalSize(target)
  const { pane, fit, stacked } = arrange(room, natural, mode === 'side' && before !== null && after !== null)
  const scale = zoomed ? 1 / (window.devicePixelRatio || 1) : fit
  const size = { width: natural.width * scale, height: natural.height * scale }
  const pan = usePan(view, pane, size, zoomed)
  const value = useStore(share)
  const blink = useBlink(mode === 'blink', flips)

  if (!after) return null
  const pictures: Pictures = {
    before: before && { src: apiUrl('jobImage', { jobId, sha256: before.sha256 }), alt: beforeAlt(target) },
    after: { src: apiUrl('jobImage', { jobId, sha256: after.sha256 }), alt: afterAlt(target) },
    difference: apiUrl('jobDifference', { jobId, targetId: target.id }),
  }
  const shown: Mode = before ? mode : 'side'
  return (
    <div className="stage">
      <div ref={view} className="stage-view" data-zoomed={zoomed || undefined} data-dragged={pan.dragged || undefined}>
        {room.width > 0 && (
          <Layers
            pictures={pictures}
            title={target.title}
            mode={shown}
            size={size}
            offset={pan.offset}
            zoomed={zoomed}
            pane={pane}
            stacked={stacked}
            value={value}
            onValue={share.set}
            showsAfter={blink.showsAfter}
          />
        )}
      </div>
      {before ? (
        <StageControls
          mode={mode}
          value={value}
          onValue={share.set}
          blink={blink}
          target={target}
          stacked={stacked}
          sideWidth={Math.min(pane.width, size.width)}
        />
      ) : (
        <Note tone="plain">There is no picture before: Plex shows none for this item.</Note>
      )}
    </div>
  )
}

const sideGapPx = 16
/** Wide pictures stand one above the other when that makes them larger by this factor. */
const stackedGain = 1.1

interface Size {
  width: number
  height: number
}

/** The space for one picture, and the scale at which the picture fits. */
function arrange(room: Size, natural: Size, twoSides: boolean): { pane: Size; fit: number; stacked: boolean } {
  const fitIn = ({ width, height }: Size) => Math.min(width / natural.width, height / natural.height, 1)
  if (!twoSides) return { pane: room, fit: fitIn(room), stacked: false }
  const beside = { width: (room.width - sideGapPx) / 2, height: room.height }
  const above = { width: room.width, height: (room.height - sideGapPx) / 2 }
  const stacked = fitIn(above) > fitIn(beside) * stackedGain
  const pane = stacked ? above : beside
  return { pane, fit: fitIn(pane), stacked }
}

function naturalSize({ before, after, type }: StudioTarget): { width: number; height: number } {
  const picture = after?.width ? after : before
  if (picture?.width && picture.height) return { width: picture.width, height: picture.height }
  return type === 'episode' ? { width: 1920, height: 1080 } : { width: 1000, height: 1500 }
}

function useRoom(view: RefObject<HTMLDivElement | null>) {
  const [room, setRoom] = useState({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const element = view.current
    if (!element) return
    const measure = () => setRoom({ width: element.clientWidth, height: element.clientHeight })
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [view])
  return room
}
