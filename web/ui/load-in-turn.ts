/**
 * Small pictures load a few at a time: the server makes at most six at once, and a browser opens six connections to one
 * host at most, of which searches and event streams need some.
 */
const maxAtOnce = 4
/** While somebody flings through a wall, pictures that are gone again at once are not asked for. */
const flingWaitMs = 120
/** A server that is busy is asked once more. */
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
 * Loads a picture when its turn has come. The returned function takes it out of the queue; what is already on its way
 * comes to its end, so that whoever asks for it next finds it made.
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
