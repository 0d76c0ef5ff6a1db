import { createHub, type Hub } from './hub.ts'
import type { StreamNews, StreamReply, StreamRequest } from './messages.ts'

let shared: Hub | null = null

/**
 * The server's event streams: one connection for all windows of this browser where a shared worker exists, else one for
 * each window.
 */
export function streams(): Hub {
  shared ??= typeof SharedWorker === 'function' ? workerHub() : createHub()
  return shared
}

interface Open {
  url: string
  after: number | null
  listener: (news: StreamNews) => void
  /** Set when this window has a connection of its own. */
  stop?: () => void
}

function workerHub(): Hub {
  const open = new Map<number, Open>()
  let own: Hub | null = null
  let next = 1
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'kometa-preview' })
  const { port } = worker
  const say = (request: StreamRequest) => port.postMessage(request)
  port.onmessage = ({ data }: MessageEvent<StreamReply>) => {
    const { subscription, ...news } = data
    const entry = open.get(subscription)
    if (!entry) return
    if (news.type === 'message' && news.id !== null) entry.after = news.id
    entry.listener(news)
  }
  // Where the browser cannot run the worker, this window opens its own connection.
  worker.onerror = () => {
    own ??= createHub()
    for (const entry of open.values()) entry.stop ??= own.subscribe(entry.url, entry.after, entry.listener)
  }
  // A page that the browser keeps for "back" stops listening, and listens again when it returns.
  window.addEventListener('pagehide', () => say({ type: 'close-all' }))
  window.addEventListener('pageshow', (event) => {
    if (!event.persisted) return
    for (const [subscription, { url, after }] of open) say({ type: 'open', subscription, url, after })
  })

  return {
    subscribe(url, after, listener) {
      if (own) return own.subscribe(url, after, listener)
      const subscription = next++
      const entry: Open = { url, after, listener }
      open.set(subscription, entry)
      say({ type: 'open', subscription, url, after })
      return () => {
        open.delete(subscription)
        entry.stop?.()
        say({ type: 'close', subscription })
      }
    },
  }
}
