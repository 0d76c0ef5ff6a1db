import { type CSSProperties, useState } from 'react'
import { Ring } from '../../ui/button.tsx'
import type { LayersProps, Picture } from './layers-props.ts'
import { SliderLayer } from './slider-layer.tsx'
import { StagePicture } from './stage-picture.tsx'

export function Layers(props: LayersProps) {
  const { pictures, mode, size, offset, value, showsAfter, stacked } = props
  const { before, after } = pictures
  const placeAt = (x: number, y: number) => ({
    width: size.width,
    height: size.height,
    transform: `translate(${x}px, ${y}px)`,
  })
  const place = placeAt(offset.x, offset.y)
  const layer = (picture: Picture, className = '', opacity?: number, moved = { x: 0, y: 0 }) => (
    <StagePicture
      {...picture}
      className={`layer ${className}`}
      style={{ ...placeAt(offset.x + moved.x, offset.y + moved.y), ...(opacity === undefined ? {} : { opacity }) }}
    />
  )
  if (mode === 'slider' && before) return <SliderLayer {...props} before={before} place={place} />
  if (mode === 'side') {
    // Pictures smaller than their halves stand next to each other in the middle.
    const moved = stacked ? { x: 0, y: Math.max(0, offset.y) } : { x: Math.max(0, offset.x), y: 0 }
    if (!before) return <div className="pane pane-only">{layer(after)}</div>
    return (
      <>
        <div className={`pane ${stacked ? 'pane-top' : 'pane-left'}`}>{layer(before, '', undefined, moved)}</div>
        <div className={`pane ${stacked ? 'pane-bottom' : 'pane-right'}`}>
          {layer(after, '', undefined, { x: -moved.x, y: -moved.y })}
        </div>
      </>
    )
  }
  if (mode === 'blink' && before) {
    return (
      <>
        {layer(before, showsAfter ? 'layer-hidden' : '')}
        {layer(after, showsAfter ? '' : 'layer-hidden')}
      </>
    )
  }
  if (mode === 'difference') {
    return (
      <>
        {layer({ src: after.src, alt: '' }, 'layer-dim')}
        <HeatMap
          key={pictures.difference}
          src={pictures.difference}
          alt={`${props.title}: where before and after differ`}
          place={place}
        />
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

/** The server makes the heat map at the first request, which takes a moment. */
function HeatMap({ src, alt, place }: { src: string; alt: string; place: CSSProperties }) {
  const [state, setState] = useState<'coming' | 'there' | 'failed'>('coming')
  return (
    <>
      <img
        src={src}
        alt={alt}
        hidden={state === 'failed'}
        className={`layer layer-heat ${state === 'there' ? '' : 'layer-hidden'}`}
        style={place}
        draggable={false}
        onLoad={() => setState('there')}
        onError={() => setState('failed')}
      />
      {state !== 'there' && (
        <span className="stage-tag stage-tag-waits" role="status">
          {state === 'coming' ? (
            <>
              <Ring size={14} /> Comparing
            </>
          ) : (
            'The difference of these two pictures cannot be shown'
          )}
        </span>
      )}
    </>
  )
}
