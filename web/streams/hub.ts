import type { StreamNews } from './messages.ts'

/** How many messages of one stream are kept for windows that join later. */
const maxKeptMessages = 5_000
const maxKeptChars = 8_000_000
/** How long after a refusal the stream is requested again. */
const retryMs = 2_000
/** How long a stream without listeners stays open, so that a reload finds it. */
const lingerMs = 2_000

export interface Hub {
  subscribe(url: string, after: number | null, listener: (news: StreamNews) => void): () => void
}

interface Kept {
  id: number
  data: string
}

/**
 * Holds one EventSource for each address, for any number of listeners. A browser opens at most six connections to one
 * host: with one stream per window, the seventh window would not load.
 */
export function createHub(): Hub {
  const streams = new Map<string, ReturnType<typeof openStream>>()
  return {
    subscribe(url, after, listener) {
      let stream = streams.get(url)
      if (!stream) {
        stream = openStream(url, after, () => streams.delete(url))
        streams.set(url, stream)
      }
      return stream.listen(after, listener)
    },
  }
}

function openStream(url: string, firstAfter: number | null, gone: () => void) {
  const listeners = new Set<(news: StreamNews) => void>()
  const kept: Kept[] = []
  let keptChars = 0
  /** Messages up to this number are no longer kept. */
  let floor = firstAfter ?? 0
  let last = floor
  let state: 'open' | 'waiting' = 'waiting'
  let closed = false
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const tell = (news: StreamNews) => {
    for (const listener of [...listeners]) listener(news)
  }
  const setState = (next: 'open' | 'waiting') => {
    state = next
    tell({ type: 'state', state })
  }

  const connect = () => {
    const from = firstAfter === null ? url : `${url}${url.includes('?') ? '&' : '?'}after=${last}`
    source = new EventSource(from)
    source.onopen = () => setState('open')
    source.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
      const id = firstAfter === null || lastEventId === '' ? null : Number(lastEventId)
      if (id !== null) {
        if (id <= last) return
        last = id
        keep(id, data)
      }
      if (data.startsWith('{"type":"closed"')) {
        closed = true
        source?.close()
      }
      tell({ type: 'message', id, data })
    }
    source.onerror = () => {
      if (closed) return
      setState('waiting')
      // The browser reconnects after a lost connection, but not after a refusal.
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(connect, retryMs)
    }
  }

  const keep = (id: number, data: string) => {
    kept.push({ id, data })
    keptChars += data.length
    while (kept.length > maxKeptMessages || keptChars > maxKeptChars) {
      const oldest = kept.shift()
      if (!oldest) break
      floor = oldest.id
      keptChars -= oldest.data.length
    }
  }

  connect()
  let lingering: ReturnType<typeof setTimeout> | undefined
  return {
    listen(after: number | null, listener: (news: StreamNews) => void) {
      clearTimeout(lingering)
      if (after !== null && after < floor) {
        listener({ type: 'stale' })
      } else if (after !== null) {
        for (const { id, data } of kept) if (id > after) listener({ type: 'message', id, data })
        if (closed) listener({ type: 'message', id: null, data: '{"type":"closed"}' })
      }
      listeners.add(listener)
      if (state === 'open') listener({ type: 'state', state })
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        lingering = setTimeout(() => {
          if (listeners.size > 0) return
          clearTimeout(timer)
          closed = true
          source?.close()
          gone()
        }, lingerMs)
      }
    },
  }
}
