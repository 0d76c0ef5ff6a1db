import { ImgComparisonSlider } from '@img-comparison-slider/react'
import { type CSSProperties, useEffect, useRef } from 'react'
import { Icon } from '../../ui/icon.tsx'
import type { LayersProps } from './layers-props.ts'
import { StagePicture } from './stage-picture.tsx'

interface SliderElement extends HTMLElement {
  value: number
  handle: boolean
  keyboard: string
}

/**
 * The comparison slider. Its own keys are off, because the arrows go to the next pair; the range below the pictures
 * moves it. At 100 % only the handle slides, and a drag elsewhere moves the pictures.
 */
export function SliderLayer({
  before,
  pictures,
  place,
  offset,
  size,
  zoomed,
  pane,
  value,
  onValue,
}: LayersProps & { before: { src: string; alt: string }; place: CSSProperties }) {
  const holder = useRef<HTMLDivElement>(null)
  const latest = useRef(onValue)
  latest.current = onValue

  useEffect(() => {
    const slider = holder.current?.querySelector<SliderElement>('img-comparison-slider')
    if (!slider) return
    slider.setAttribute('keyboard', 'disabled')
    slider.keyboard = 'disabled'
    slider.handle = zoomed
    const slid = () => latest.current(Math.round(slider.value * 10) / 10)
    slider.addEventListener('slide', slid)
    return () => slider.removeEventListener('slide', slid)
  }, [zoomed])

  // The handle is centred on the visible part of the picture.
  const middle = size.height > pane.height ? ((pane.height / 2 - offset.y) / size.height) * 100 : 50
  const style = { ...place, '--handle-position-start': `${middle}%` } as CSSProperties
  return (
    <div ref={holder}>
      <ImgComparisonSlider className="stage-slider" value={value} tabIndex={-1} style={style}>
        <StagePicture slot="first" {...before} style={{ width: size.width, height: size.height }} />
        <StagePicture slot="second" {...pictures.after} style={{ width: size.width, height: size.height }} />
        <span slot="handle" className="stage-handle">
          <Icon name="compare" size={20} />
        </span>
      </ImgComparisonSlider>
    </div>
  )
}
