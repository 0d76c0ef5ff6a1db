import type { Mode } from '../modes.ts'
import { SliderLayer } from './slider-layer.tsx'
import { sideGapPx } from './stage.tsx'

interface Picture {
  src: string
  alt: string
}

export interface Pictures {
  before: Picture | null
  after: Picture
  difference: string
}

export interface LayersProps {
  pictures: Pictures
  title: string
  mode: Mode
  /** Of one picture, as it is shown. */
  size: { width: number; height: number }
  /** Of its upper left corner in its pane. */
  offset: { x: number; y: number }
  zoomed: boolean
  paneHeight: number
  value: number
  onValue: (value: number) => void
  showsAfter: boolean
}

export function Layers(props: LayersProps) {
  const { pictures, mode, size, offset, value, showsAfter } = props
  const { before, after } = pictures
  const place = { width: size.width, height: size.height, transform: `translate(${offset.x}px, ${offset.y}px)` }
  const layer = (picture: Picture, className = '', opacity?: number) => (
    <img
      src={picture.src}
      alt={picture.alt}
      className={`layer ${className}`}
      style={opacity === undefined ? place : { ...place, opacity }}
      draggable={false}
      decoding="async"
    />
  )
  if (mode === 'slider' && before) return <SliderLayer {...props} before={before} place={place} />
  if (mode === 'side') {
    return (
      <>
        {before && <div className="pane pane-left">{layer(before)}</div>}
        <div className={before ? 'pane pane-right' : 'pane pane-only'}>{layer(after)}</div>
        {before && <SideTags />}
      </>
    )
  }
  if (mode === 'blink' && before) {
    return (
      <>
        {layer(before, showsAfter ? 'layer-hidden' : '')}
        {layer(after, showsAfter ? '' : 'layer-hidden')}
        <span className="stage-tag">{showsAfter ? 'After' : 'Before'}</span>
      </>
    )
  }
  if (mode === 'difference') {
    return (
      <>
        {layer({ src: after.src, alt: '' }, 'layer-dim')}
        {layer({ src: pictures.difference, alt: `${props.title}: where before and after differ` })}
      </>
    )
  }
  return (
    <>
      {before && layer(before)}
      {layer(after, '', value / 100)}
    </>
  )
}

function SideTags() {
  return (
    <>
      <span className="stage-tag">Before</span>
      <span className="stage-tag" style={{ left: `calc(50% + ${sideGapPx / 2 + 12}px)` }}>
        After
      </span>
    </>
  )
}
