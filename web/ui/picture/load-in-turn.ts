/**
 * How many small pictures load at a time. The server makes at most six at once. A browser opens at most six connections
 * to one host, and searches and event streams need some of them.
 */
const maxAtOnce = 4
/** During a fling through the wall, pictures that leave the screen at once are not requested. */
const flingWaitMs = 120
/** A busy server is asked a second time after this pause. */
const retryMs = 600

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

/**
 * Loads a picture when its turn comes. The returned function removes it from the queue. A picture that is already
 * loading loads to its end, so that the next request finds it ready.
 */
export function loadInTurn(src: string, ended: (loaded: boolean) => void): () => void {
  let over = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let triesLeft = 2
  const start = () => {
    if (over) {
      next()
      return
    }
    triesLeft -= 1
    loading += 1
    const loader = new Image()
    const end = (loaded: boolean) => {
      loading -= 1
      next()
      if (over) return
      if (loaded || triesLeft === 0) ended(loaded)
      else timer = setTimeout(queue, retryMs)
    }
    loader.onload = () => end(true)
    loader.onerror = () => end(false)
    loader.src = src
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
    over = true
    clearTimeout(timer)
    const at = waiting.indexOf(start)
    if (at >= 0) waiting.splice(at, 1)
  }
}
