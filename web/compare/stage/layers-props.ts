import type { Mode } from '../detail/modes.ts'

export interface Picture {
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
  /** Size of one picture on the screen. */
  size: { width: number; height: number }
  /** Place of the picture's upper left corner in its pane. */
  offset: { x: number; y: number }
  zoomed: boolean
  /** The space for one picture. */
  pane: { width: number; height: number }
  /** Whether the mode side by side puts one picture above the other. */
  stacked: boolean
  value: number
  onValue: (value: number) => void
  showsAfter: boolean
}
