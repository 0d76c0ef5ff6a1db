/**
 * Small pictures load a few at a time: the server makes at most six at once, and a browser opens six connections to one
 * host at most, of which searches and event streams need some.
 */
const maxAtOnce = 4
/** While somebody flings through a wall, pictures that are gone again at once are not asked for. */
const flingWaitMs = 120

let loading = 0
const waiting: (() => void)[] = []
let flingUntil = 0

export function noteFling(): void {
  flingUntil = performance.now() + flingWaitMs
}

function next(): void {
  while (loading < maxAtOnce) {
    const start = waiting.shift()
    if (!start) return
    start()
  }
}

/** Gives the picture its address when its turn has come; the returned function takes it out of the queue, or stops it. */
export function loadInTurn(image: HTMLImageElement, src: string, ended: (loaded: boolean) => void): () => void {
  let state: 'waiting' | 'loading' | 'ended' = 'waiting'
  let timer: ReturnType<typeof setTimeout> | undefined
  const end = (loaded: boolean) => {
    if (state !== 'loading') return
    state = 'ended'
    loading -= 1
    image.onload = null
    image.onerror = null
    next()
    ended(loaded)
  }
  const start = () => {
    state = 'loading'
    loading += 1
    image.onload = () => end(true)
    image.onerror = () => end(false)
    image.src = src
  }
  const queue = () => {
    const wait = flingUntil - performance.now()
    if (wait > 0) {
      timer = setTimeout(queue, wait)
      return
    }
    waiting.push(start)
    next()
  }
  queue()
  return () => {
    clearTimeout(timer)
    if (state === 'waiting') {
      const at = waiting.indexOf(start)
      if (at >= 0) waiting.splice(at, 1)
    } else if (state === 'loading') {
      state = 'ended'
      loading -= 1
      image.onload = null
      image.onerror = null
      image.removeAttribute('src')
      next()
    }
    state = 'ended'
  }
}
