import { type RefObject, useEffect, useRef, useState } from 'react'
import { useKeys } from '../../core/keys.ts'

interface Size {
  width: number
  height: number
}
interface Point {
  x: number
  y: number
}

const keyStepPx = 80
/** A drag this near to the slider's handle moves the slider. */
const handlePx = 28

/**
 * The place of the picture in its pane. A picture that fits is centred; a larger one moves by dragging, wheel, or Shift
 * and arrows.
 */
export function usePan(view: RefObject<HTMLElement | null>, pane: Size, size: Size, zoomed: boolean) {
  /** The point of the picture in the middle of the pane, as shares of the picture. It survives every change of size. */
  const [centre, setCentre] = useState<Point>({ x: 0.5, y: 0.35 })
  const [dragged, setDragged] = useState(false)
  const now = useRef({ pane, size, centre })
  now.current = { pane, size, centre }

  const offset = { x: placed(pane.width, size.width, centre.x), y: placed(pane.height, size.height, centre.y) }

  const moveBy = (dx: number, dy: number) => {
    const { pane: p, size: s, centre: c } = now.current
    setCentre({ x: moved(p.width, s.width, c.x, dx), y: moved(p.height, s.height, c.y, dy) })
  }
  const move = useRef(moveBy)
  move.current = moveBy

  useKeys(
    {
      'Shift+ArrowLeft': () => moveBy(keyStepPx, 0),
      'Shift+ArrowRight': () => moveBy(-keyStepPx, 0),
      'Shift+ArrowUp': () => moveBy(0, keyStepPx),
      'Shift+ArrowDown': () => moveBy(0, -keyStepPx),
    },
    zoomed,
  )

  useEffect(() => {
    const element = view.current
    if (!element || !zoomed) return
    const wheel = (event: WheelEvent) => {
      if (event.ctrlKey) return
      event.preventDefault()
      move.current(event.shiftKey ? -event.deltaY : -event.deltaX, event.shiftKey ? 0 : -event.deltaY)
    }
    const down = (event: PointerEvent) => {
      if (event.button !== 0 || onHandle(element, event)) return
      element.setPointerCapture(event.pointerId)
      setDragged(true)
    }
    const drag = (event: PointerEvent) => {
      if (element.hasPointerCapture(event.pointerId)) move.current(event.movementX, event.movementY)
    }
    const up = () => setDragged(false)
    element.addEventListener('wheel', wheel, { passive: false })
    element.addEventListener('pointerdown', down)
    element.addEventListener('pointermove', drag)
    element.addEventListener('lostpointercapture', up)
    return () => {
      element.removeEventListener('wheel', wheel)
      element.removeEventListener('pointerdown', down)
      element.removeEventListener('pointermove', drag)
      element.removeEventListener('lostpointercapture', up)
    }
  }, [view, zoomed])

  return { offset, dragged }
}

/** Centres a picture that fits. A larger one never leaves a gap at an edge. */
function placed(pane: number, size: number, centre: number): number {
  if (size <= pane) return (pane - size) / 2
  return Math.min(0, Math.max(pane - size, pane / 2 - centre * size))
}

function moved(pane: number, size: number, centre: number, by: number): number {
  if (size <= pane) return centre
  const half = pane / 2 / size
  return Math.min(1 - half, Math.max(half, Math.min(1 - half, Math.max(half, centre)) - by / size))
}

function onHandle(element: HTMLElement, event: PointerEvent): boolean {
  const handle = element.querySelector('[slot=handle]')?.getBoundingClientRect()
  if (!handle) return false
  const dx = event.clientX - (handle.left + handle.width / 2)
  const dy = event.clientY - (handle.top + handle.height / 2)
  return Math.hypot(dx, dy) < handlePx
}
