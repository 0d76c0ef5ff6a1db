import { useEffect, useState } from 'react'

const halfBlinkMs = 700
const still = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches

export interface Blink {
  showsAfter: boolean
  playing: boolean
  setPlaying: (playing: boolean) => void
  flip: () => void
}

/**
 * Shows before and after in turn. It runs by itself until somebody flips by hand; with reduced motion it only flips by
 * hand.
 */
export function useBlink(active: boolean, flips: number): Blink {
  const [showsAfter, setShowsAfter] = useState(true)
  const [playing, setPlaying] = useState(() => !still())
  const [seen, setSeen] = useState(flips)
  if (seen !== flips) {
    setSeen(flips)
    setShowsAfter(!showsAfter)
    setPlaying(false)
  }
  useEffect(() => {
    if (!active || !playing) return
    const timer = setInterval(() => setShowsAfter((shows) => !shows), halfBlinkMs)
    return () => clearInterval(timer)
  }, [active, playing])
  return {
    showsAfter,
    playing,
    setPlaying,
    flip: () => {
      setPlaying(false)
      setShowsAfter((shows) => !shows)
    },
  }
}
