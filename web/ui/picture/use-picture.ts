import { useCallback, useEffect, useRef, useState } from 'react'
import { online } from '../../core/online.ts'
import { useStore } from '../../core/store.ts'
import { loadInTurn } from './load-in-turn.ts'

export type PictureState = 'waiting' | 'there' | 'failed'

/** How loading one address ended; it does not hold for another address. */
interface Ended {
  src: string
  loaded: boolean
}

/**
 * Loads a picture in its turn. A card that gets another picture starts again at `waiting`, so that the state of the
 * earlier picture never appears beside the new title. A failed picture is loaded again when the server is back.
 */
export function usePicture(src: string | null): { state: PictureState; onError: () => void } {
  const [ended, setEnded] = useState<Ended | null>(null)
  const latest = useRef(ended)
  latest.current = ended
  const away = useStore(online) === 'no'
  useEffect(() => {
    if (src === null || away || isLoaded(latest.current, src)) return
    return loadInTurn(src, (loaded) => setEnded({ src, loaded }))
  }, [src, away])
  const onError = useCallback(() => src !== null && setEnded({ src, loaded: false }), [src])
  return { state: stateOf(ended, src), onError }
}

const isLoaded = (ended: Ended | null, src: string | null): boolean => ended?.src === src && ended?.loaded === true

function stateOf(ended: Ended | null, src: string | null): PictureState {
  if (src === null) return 'failed'
  if (ended?.src !== src) return 'waiting'
  return ended.loaded ? 'there' : 'failed'
}
